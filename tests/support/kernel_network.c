#include "tests/support/kernel_network.h"

#include <arpa/inet.h>
#include <cmocka.h>
#include <fcntl.h>
#include <glib.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tool/live/tun.h"

static bool kernel_network_write(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0) {
        close(fd);
    }
    return written;
}

/* Whoever is not root becomes it in a user namespace. */
static bool kernel_network_separate(void)
{
    if (unshare(CLONE_NEWNET) == 0) {
        return true;
    }
    g_autofree char *users = g_strdup_printf("0 %u 1", (unsigned)getuid());
    g_autofree char *groups = g_strdup_printf("0 %u 1", (unsigned)getgid());
    return unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 &&
           kernel_network_write("/proc/self/setgroups", "deny") &&
           kernel_network_write("/proc/self/uid_map", users) &&
           kernel_network_write("/proc/self/gid_map", groups);
}

bool ics_kernel_network_enter(void)
{
    int probe = kernel_network_separate() ? ics_tun_open("probe", NULL) : -1;
    if (probe >= 0) {
        close(probe);
    }
    return probe >= 0;
}

void ics_kernel_network_set(const char *name, const char *value)
{
    g_autofree char *path = g_strdup_printf("/proc/sys/net/%s", name);
    assert_true(kernel_network_write(path, value));
}

static void kernel_network_put_address(int fd, struct ifreq *request, unsigned long which,
                                       const char *address)
{
    struct sockaddr_in to = {.sin_family = AF_INET};
    assert_int_equal(inet_pton(AF_INET, address, &to.sin_addr), 1);
    memcpy(&request->ifr_addr, &to, sizeof to);
    assert_int_equal(ioctl(fd, which, request), 0);
}

void ics_kernel_network_bring_up(const char *device, const char *address)
{
    g_autofree char *ipv6 = g_strdup_printf("ipv6/conf/%s/disable_ipv6", device);
    ics_kernel_network_set(ipv6, "1");
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq request = {0};
    g_strlcpy(request.ifr_name, device, sizeof request.ifr_name);
    kernel_network_put_address(fd, &request, SIOCSIFADDR, address);
    kernel_network_put_address(fd, &request, SIOCSIFNETMASK, "255.255.255.0");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &request), 0);
    close(fd);
}
