/* Runs a fuzz target over the files of its corpus, for builds without libFuzzer. */
#include <glib.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The copy has exactly the input's size, so that ASan sees a read past its end. */
static void replay_driver_run(const char *bytes, size_t size_bytes)
{
    g_autofree uint8_t *copy = g_memdup2(bytes, size_bytes);
    static const uint8_t none[1];
    LLVMFuzzerTestOneInput(copy ? copy : none, size_bytes);
}

static GPtrArray *replay_driver_names(const char *directory)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir)) != NULL)
        g_ptr_array_add(names, g_build_filename(directory, name, NULL));
    return names;
}

static gboolean replay_driver_run_file(const char *path)
{
    g_autofree char *bytes = NULL;
    g_autoptr(GError) error = NULL;
    gsize size_bytes = 0;
    if (!g_file_get_contents(path, &bytes, &size_bytes, &error)) {
        fprintf(stderr, "%s\n", error->message);
        return FALSE;
    }
    printf("%s\n", path);
    fflush(stdout);
    replay_driver_run(bytes, size_bytes);
    return TRUE;
}

int main(int argc, char **argv)
{
    replay_driver_run(NULL, 0);
    guint runs = 1;
    for (int i = 1; i < argc; i++) {
        g_autoptr(GPtrArray) paths = replay_driver_names(argv[i]);
        for (guint j = 0; j < paths->len; j++) {
            if (!replay_driver_run_file(g_ptr_array_index(paths, j)))
                return 1;
            runs++;
        }
    }
    printf("%u inputs replayed\n", runs);
    return 0;
}
