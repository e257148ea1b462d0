/// Sockets. See socket(2), tcp(7), socket(7), ioctl(2).
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

static const int CLINUX_TCP_NODELAY = 1;
static const int CLINUX_TCP_MAXSEG = 2;
static const int CLINUX_TCP_CORK = 3;
static const int CLINUX_TCP_KEEPIDLE = 4;
static const int CLINUX_TCP_KEEPINTVL = 5;
static const int CLINUX_TCP_KEEPCNT = 6;
static const int CLINUX_TCP_SYNCNT = 7;
static const int CLINUX_TCP_LINGER2 = 8;
static const int CLINUX_TCP_DEFER_ACCEPT = 9;
static const int CLINUX_TCP_WINDOW_CLAMP = 10;
static const int CLINUX_TCP_INFO = 11;
static const int CLINUX_TCP_QUICKACK = 12;
static const int CLINUX_TCP_USER_TIMEOUT = 18;

/// A stream socket, close-on-exec.
int clinux_tcp_socket(int family, int nonblocking);
/// A stream socket of IPPROTO_MPTCP, close-on-exec.
int clinux_mptcp_socket(int family);
/// A datagram socket of either IP family, for ioctls only.
int clinux_control_socket(void);
int clinux_bind(int fd, const void *address, uint32_t length);
int clinux_listen(int fd, int backlog);
int clinux_accept(int fd, void *address, uint32_t *length, int nonblocking);
int clinux_connect(int fd, const void *address, uint32_t length);
int clinux_getsockname(int fd, void *address, uint32_t *length);
int clinux_getpeername(int fd, void *address, uint32_t *length);
int clinux_setsockopt(int fd, int level, int name, const void *value, uint32_t length);
int clinux_getsockopt(int fd, int level, int name, void *value, uint32_t *length);
ssize_t clinux_send(int fd, const void *bytes, size_t count, int flags);
ssize_t clinux_recv(int fd, void *bytes, size_t count, int flags);
int clinux_shutdown(int fd, int how);
int clinux_set_nonblocking(int fd, int nonblocking);
int clinux_set_linger(int fd, int on, int seconds);

/// Bytes sent and not acknowledged (SIOCOUTQ).
int clinux_unacknowledged(int fd);
/// Bytes not yet sent (SIOCOUTQNSD).
int clinux_unsent(int fd);

/// Attaches the classic BPF program `ret 0` (SO_ATTACH_FILTER): the socket receives nothing more.
int clinux_attach_drop_filter(int fd);
/// Drops what is longer than that, TCP header included.
int clinux_attach_size_filter(int fd, uint32_t bytes);
int clinux_detach_filter(int fd);

/// Sends one Ethernet frame through an interface of the calling thread's namespace.
int clinux_send_frame(uint32_t interface, const void *frame, size_t size);
