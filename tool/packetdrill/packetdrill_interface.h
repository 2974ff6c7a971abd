/* The table by which packetdrill drives a stack that lives in a shared object (--so_filename): a
 * transcription of its documented interface. The order of the functions and their types matter, the
 * names do not. It looks up one symbol, packetdrill_interface_init(). */
#ifndef ICS_TOOL_PACKETDRILL_PACKETDRILL_INTERFACE_H
#define ICS_TOOL_PACKETDRILL_PACKETDRILL_INTERFACE_H

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

typedef struct IcsPacketdrillTable {
    void *user;
    void (*free)(void *user);
    int (*socket)(void *user, int domain, int type, int protocol);
    int (*bind)(void *user, int fd, const struct sockaddr *address, socklen_t n);
    int (*listen)(void *user, int fd, int backlog);
    int (*accept)(void *user, int fd, struct sockaddr *address, socklen_t *n);
    int (*connect)(void *user, int fd, const struct sockaddr *address, socklen_t n);
    ssize_t (*read)(void *user, int fd, void *bytes, size_t n);
    ssize_t (*readv)(void *user, int fd, const struct iovec *vector, int n);
    ssize_t (*recv)(void *user, int fd, void *bytes, size_t n, int flags);
    ssize_t (*recvfrom)(void *user, int fd, void *bytes, size_t n, int flags,
                        struct sockaddr *address, socklen_t *address_bytes);
    ssize_t (*recvmsg)(void *user, int fd, struct msghdr *message, int flags);
    ssize_t (*write)(void *user, int fd, const void *bytes, size_t n);
    ssize_t (*writev)(void *user, int fd, const struct iovec *vector, int n);
    ssize_t (*send)(void *user, int fd, const void *bytes, size_t n, int flags);
    ssize_t (*sendto)(void *user, int fd, const void *bytes, size_t n, int flags,
                      const struct sockaddr *address, socklen_t address_bytes);
    ssize_t (*sendmsg)(void *user, int fd, const struct msghdr *message, int flags);
    int (*fcntl)(void *user, int fd, int command, ...);
    int (*ioctl)(void *user, int fd, unsigned long request, ...);
    int (*close)(void *user, int fd);
    int (*shutdown)(void *user, int fd, int how);
    int (*getsockopt)(void *user, int fd, int level, int name, void *value, socklen_t *n);
    int (*setsockopt)(void *user, int fd, int level, int name, const void *value, socklen_t n);
    int (*poll)(void *user, struct pollfd *entries, nfds_t n, int timeout_ms);
    /* A packet into the stack; 0 or -1. */
    int (*netdev_send)(void *user, const void *packet, size_t n);
    /* The next packet out of the stack, and when it left; 0 or -1. */
    int (*netdev_receive)(void *user, void *packet, size_t *n, long long *usecs);
    int (*usleep)(void *user, useconds_t us);
    int (*gettimeofday)(void *user, struct timeval *tv, struct timezone *tz);
    int (*epoll_create)(void *user, int size);
    int (*epoll_ctl)(void *user, int epoll, int operation, int fd, struct epoll_event *event);
    int (*epoll_wait)(void *user, int epoll, struct epoll_event *events, int n, int timeout_ms);
    int (*pipe)(void *user, int fds[2]);
    int (*splice)(void *user, int in, loff_t *in_offset, int out, loff_t *out_offset, size_t n,
                  unsigned int flags);
} IcsPacketdrillTable;

/* Fills in the table. `flags` (nullable): "key=value,..."; see docs/PACKETDRILL.md. */
__attribute__((visibility("default"))) void packetdrill_interface_init(const char *flags,
                                                                       IcsPacketdrillTable *table);

#endif
