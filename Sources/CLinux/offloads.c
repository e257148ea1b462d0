#define _GNU_SOURCE
#include "clinux_offloads.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>

#include "retry.h"

int clinux_ethtool(int socket, const char *interface, uint32_t command, uint32_t *value) {
    struct ethtool_value request = {.cmd = command, .data = *value};
    struct ifreq wrapper;
    memset(&wrapper, 0, sizeof wrapper);
    if (strlen(interface) >= sizeof wrapper.ifr_name) return -ENODEV;
    strcpy(wrapper.ifr_name, interface);
    wrapper.ifr_data = (void *)&request;
    int result = CLINUX_RETRY(ioctl(socket, SIOCETHTOOL, &wrapper));
    if (result >= 0) *value = request.data;
    return result;
}
