#define _GNU_SOURCE
#include "clinux_sockets.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clinux_tcp_info.h"
#include "retry.h"

int clinux_tcp_socket(int family, int nonblocking) {
    int type = SOCK_STREAM | SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0);
    return CLINUX_ONCE(socket(family, type, IPPROTO_TCP));
}

int clinux_mptcp_socket(int family) {
    // IPPROTO_MPTCP of linux/in.h, which older headers lack.
    return CLINUX_ONCE(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 262));
}

int clinux_control_socket(void) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 && errno == EAFNOSUPPORT) fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return fd < 0 ? -errno : fd;
}

int clinux_bind(int fd, const void *address, uint32_t length) {
    return CLINUX_ONCE(bind(fd, address, length));
}

int clinux_listen(int fd, int backlog) { return CLINUX_ONCE(listen(fd, backlog)); }

int clinux_accept(int fd, void *address, uint32_t *length, int nonblocking) {
    int flags = SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0);
    return CLINUX_RETRY(accept4(fd, address, length, flags));
}

int clinux_connect(int fd, const void *address, uint32_t length) {
    return CLINUX_ONCE(connect(fd, address, length));
}

int clinux_getsockname(int fd, void *address, uint32_t *length) {
    return CLINUX_ONCE(getsockname(fd, address, length));
}

int clinux_getpeername(int fd, void *address, uint32_t *length) {
    return CLINUX_ONCE(getpeername(fd, address, length));
}

int clinux_setsockopt(int fd, int level, int name, const void *value, uint32_t length) {
    return CLINUX_ONCE(setsockopt(fd, level, name, value, length));
}

int clinux_getsockopt(int fd, int level, int name, void *value, uint32_t *length) {
    return CLINUX_ONCE(getsockopt(fd, level, name, value, length));
}

ssize_t clinux_send(int fd, const void *bytes, size_t count, int flags) {
    return CLINUX_RETRY(send(fd, bytes, count, flags));
}

ssize_t clinux_recv(int fd, void *bytes, size_t count, int flags) {
    return CLINUX_RETRY(recv(fd, bytes, count, flags));
}

int clinux_shutdown(int fd, int how) { return CLINUX_ONCE(shutdown(fd, how)); }

int clinux_set_nonblocking(int fd, int nonblocking) {
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0) return -errno;
    int wanted = nonblocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    return wanted == flags ? 0 : CLINUX_ONCE(fcntl(fd, F_SETFL, wanted));
}

int clinux_set_linger(int fd, int on, int seconds) {
    struct linger linger = {.l_onoff = on, .l_linger = seconds};
    return CLINUX_ONCE(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
}

static int read_queue(int fd, unsigned long request) {
    int value = 0;
    return ioctl(fd, request, &value) < 0 ? -errno : value;
}

int clinux_unacknowledged(int fd) { return read_queue(fd, SIOCOUTQ); }

int clinux_unsent(int fd) { return read_queue(fd, SIOCOUTQNSD); }

int clinux_attach_drop_filter(int fd) {
    struct sock_filter drop[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
    struct sock_fprog program = {.len = 1, .filter = drop};
    return CLINUX_ONCE(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
}

int clinux_attach_size_filter(int fd, uint32_t bytes) {
    struct sock_filter drop[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, bytes, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
    };
    struct sock_fprog program = {.len = 4, .filter = drop};
    return CLINUX_ONCE(
        setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
}

int clinux_detach_filter(int fd) {
    int unused = 0;
    return CLINUX_ONCE(setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof unused));
}

int clinux_get_tcp_info(int fd, struct clinux_tcp_info *info) {
    socklen_t length = sizeof *info;
    memset(info, 0, sizeof *info);
    if (getsockopt(fd, IPPROTO_TCP, CLINUX_TCP_INFO, info, &length) < 0) return -errno;
    return (int)length;
}

int clinux_send_frame(uint32_t interface, const void *frame, size_t size) {
    int fd = CLINUX_ONCE(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
    if (fd < 0) return fd;
    struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)interface};
    ssize_t sent = CLINUX_RETRY(sendto(fd, frame, size, 0, (struct sockaddr *)&to, sizeof to));
    close(fd);
    return sent < 0 ? (int)sent : 0;
}
