/// Waiting. See poll(2), epoll(7), eventfd(2), timerfd_create(2), clock_gettime(2).
#pragma once
#include <poll.h>
#include <stdint.h>
#include <sys/types.h>

/// Waits at most until `deadline` (CLOCK_MONOTONIC, nanoseconds), or for ever if that is negative.
int clinux_poll(struct pollfd *entries, uint32_t count, int64_t deadline);

/// Waits in select(2) for input or exceptions on one descriptor, whatever its number. Returns 1 for
/// input plus 2 for an exception, 0 when the deadline has passed, or −errno.
int clinux_select(int fd, int64_t deadline);

int clinux_epoll_create(void);
int clinux_epoll_add(int epoll, int fd, uint32_t events, uint64_t token);
int clinux_epoll_modify(int epoll, int fd, uint32_t events, uint64_t token);
int clinux_epoll_remove(int epoll, int fd);
/// Returns how many of `tokens` and `events` were filled in, which is at most 64.
int clinux_epoll_wait(
    int epoll, uint64_t *tokens, uint32_t *events, int capacity, int timeout_milliseconds);

int clinux_eventfd(void);
int clinux_timerfd(void);
/// Arms a timer for a moment of CLOCK_MONOTONIC and then each `interval`; disarms it if both are 0.
int clinux_timerfd_set(int fd, int64_t moment, int64_t interval);

int64_t clinux_monotonic_nanoseconds(void);
int64_t clinux_realtime_nanoseconds(void);
/// The resolution of CLOCK_MONOTONIC_COARSE, which is the length of a jiffy.
int64_t clinux_jiffy_nanoseconds(void);
