/* Names and texts of the errno-style results that sockets give to processes. */
#ifndef ICS_BASE_ERRNO_NAME_H
#define ICS_BASE_ERRNO_NAME_H

#include <ipcsim/errno.h>

/* X(number, "name", "text for people"), in alphabetical order of the names. */
#define ICS_ERRNO_LIST(X)                                                                          \
    X(EACCES, "EACCES", "permission denied")                                                       \
    X(EADDRINUSE, "EADDRINUSE", "address already in use")                                          \
    X(EADDRNOTAVAIL, "EADDRNOTAVAIL", "address not available on this host")                        \
    X(EAFNOSUPPORT, "EAFNOSUPPORT", "address family not supported")                                \
    X(EAGAIN, "EAGAIN", "nothing available now, try again")                                        \
    X(EALREADY, "EALREADY", "connection already in progress")                                      \
    X(EBADF, "EBADF", "not an open socket")                                                        \
    X(ECONNABORTED, "ECONNABORTED", "connection aborted")                                          \
    X(ECONNREFUSED, "ECONNREFUSED", "connection refused")                                          \
    X(ECONNRESET, "ECONNRESET", "connection reset by peer")                                        \
    X(EDESTADDRREQ, "EDESTADDRREQ", "destination address required")                                \
    X(EHOSTDOWN, "EHOSTDOWN", "host is down")                                                      \
    X(ICS_EHOSTNOTFOUND, "EHOSTNOTFOUND", "unknown host")                                          \
    X(EHOSTUNREACH, "EHOSTUNREACH", "no route to host")                                            \
    X(EINPROGRESS, "EINPROGRESS", "connection now in progress")                                    \
    X(EINTR, "EINTR", "interrupted")                                                               \
    X(EINVAL, "EINVAL", "invalid argument")                                                        \
    X(EISCONN, "EISCONN", "socket is already connected")                                           \
    X(EMFILE, "EMFILE", "too many open sockets")                                                   \
    X(EMSGSIZE, "EMSGSIZE", "message too long")                                                    \
    X(ENETDOWN, "ENETDOWN", "network is down")                                                     \
    X(ENETUNREACH, "ENETUNREACH", "network is unreachable")                                        \
    X(ENOBUFS, "ENOBUFS", "no buffer space available")                                             \
    X(ENOMEM, "ENOMEM", "out of memory")                                                           \
    X(ENOPROTOOPT, "ENOPROTOOPT", "unknown socket option")                                         \
    X(ENOTCONN, "ENOTCONN", "socket is not connected")                                             \
    X(EOPNOTSUPP, "EOPNOTSUPP", "operation not supported")                                         \
    X(EPIPE, "EPIPE", "broken pipe: the connection is closed for sending")                         \
    X(EPROTONOSUPPORT, "EPROTONOSUPPORT", "protocol not supported")                                \
    X(ESHUTDOWN, "ESHUTDOWN", "cannot send after shutdown")                                        \
    X(ESRCH, "ESRCH", "no such process")                                                           \
    X(ETIMEDOUT, "ETIMEDOUT", "timed out")

/**
 * The symbolic name of a positive errno, such as "ECONNREFUSED".
 *
 * Returns: (nullable): static text, NULL when the number is not in ICS_ERRNO_LIST.
 */
const char *ics_errno_name(int number);

/**
 * The number of a name. "EWOULDBLOCK" is taken as EAGAIN, as on Linux.
 *
 * Returns: the positive errno, 0 when the name is not known.
 */
int ics_errno_from_name(const char *name);

/**
 * A phrase for people, such as "connection refused"; the same on every machine and in every locale.
 *
 * Returns: static text, never NULL ("unknown error" for a number that is not in the list).
 */
const char *ics_errno_text(int number);

/* Every name, NULL-terminated, in alphabetical order: for suggestions and the schema. */
const char *const *ics_errno_names(void);

#endif
