#!/bin/sh
# What `cmake --install` puts in place is complete, and a C program outside the tree embeds the
# simulator with nothing but the installed pkg-config file.
set -eu

fail()
{
    echo "FAILED: $*"
    exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
cmake --install "$IPCSIM_BUILD_DIR" --prefix "$prefix" >"$work/log" 2>&1 || {
    cat "$work/log"
    fail "cmake --install"
}

libdir=$(dirname "$(find "$prefix" -name libipcsim.a)")
for file in bin/ipcsim include/ipcsim include/ipcsim/stack.h share/ipcsim/traces/udp_loss.json \
    share/ipcsim/traces/schema/trace.schema.json share/man/man1/ipcsim.1 \
    share/bash-completion/completions/ipcsim; do
    [ -e "$prefix/$file" ] || fail "$file is not installed"
done
[ -e "$libdir/libipcsim-packetdrill.so" ] || fail "libipcsim-packetdrill.so is not installed"
! grep -rIl -e "$IPCSIM_SOURCE_DIR" -e "$IPCSIM_BUILD_DIR" "$libdir/pkgconfig" \
    "$prefix/include" "$prefix/share" || fail "an installed file names the build machine's paths"

# An installation that moved is still found through its .pc file.
mv "$prefix" "$work/moved"
prefix=$work/moved
libdir=$work/moved${libdir#"$work/prefix"}
PKG_CONFIG_PATH=$libdir/pkgconfig
export PKG_CONFIG_PATH

flags=$(pkg-config --cflags --static --libs ipcsim) || fail "pkg-config ipcsim"

cd "$work"
for example in "$IPCSIM_SOURCE_DIR"/examples/*.c; do
    name=$(basename "$example" .c)
    cp "$example" .
    # shellcheck disable=SC2086 # a list of words
    "${IPCSIM_CC:-cc}" -std=gnu11 -Wall -Wextra -Werror -o "$name" "$name.c" $flags ||
        fail "$name.c does not build against the installed library"
    "./$name" >"$name.out" </dev/null || fail "$name: exit $?: $(cat "$name.out")"
    [ -s "$name.out" ] || fail "$name printed nothing"
    "./$name" </dev/null | cmp - "$name.out" || fail "$name printed other bytes the second time"
done
"$prefix/bin/ipcsim" run "$prefix/share/ipcsim/traces/udp_loss.json" >run.out || {
    cat run.out
    fail "the installed program does not run the installed trace"
}
