#include "tool/live/tun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/error.h"

#define TUN_CLONE_DEVICE "/dev/net/tun"

bool ics_tun_name_is_possible(const char *name)
{
    size_t n = strlen(name);
    if (n == 0 || n >= IFNAMSIZ || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!g_ascii_isgraph(name[i]) || strchr("/:%", name[i]) != NULL) {
            return false;
        }
    }
    return true;
}

static const char *tun_open_advice(int number)
{
    switch (number) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
        return "this system has no TUN driver (modprobe tun)";
    case EACCES:
    case EPERM:
        return "it may not be opened by this user";
    default:
        return g_strerror(number);
    }
}

static const char *tun_attach_advice(int number)
{
    switch (number) {
    case EPERM:
        return "making it, or using one that is somebody else's, needs CAP_NET_ADMIN: run in a "
               "network namespace of your own (unshare -rn), or have it made for you (ip tuntap "
               "add mode tun user ... name ...)";
    case EBUSY:
        return "another program has it";
    case EINVAL:
        return "there is a device of this name that is no plain TUN device";
    default:
        return g_strerror(number);
    }
}

int ics_tun_open(const char *name, GError **error)
{
    int fd = open(TUN_CLONE_DEVICE, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        g_set_error(error, ICS_ERROR, ICS_ERROR_MACHINE, "%s: %s", TUN_CLONE_DEVICE,
                    tun_open_advice(errno));
        return -1;
    }
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    g_strlcpy(request.ifr_name, name, sizeof request.ifr_name);
    if (ioctl(fd, TUNSETIFF, &request) < 0) {
        g_set_error(error, ICS_ERROR, ICS_ERROR_MACHINE, "TUN device %s: %s", name,
                    tun_attach_advice(errno));
        close(fd);
        return -1;
    }
    return fd;
}

bool ics_tun_is_one(int fd)
{
    struct ifreq request = {0};
    return ioctl(fd, TUNGETIFF, &request) == 0 && (request.ifr_flags & IFF_TUN) != 0 &&
           (request.ifr_flags & IFF_NO_PI) != 0 && (request.ifr_flags & IFF_VNET_HDR) == 0;
}
