#define _GNU_SOURCE
#include "clinux_waiting.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "retry.h"

static const int64_t SECOND = 1000000000;

static int64_t read_clock(clockid_t clock) {
    struct timespec time;
    if (clock_gettime(clock, &time) < 0) return -errno;
    return (int64_t)time.tv_sec * SECOND + time.tv_nsec;
}

int64_t clinux_monotonic_nanoseconds(void) { return read_clock(CLOCK_MONOTONIC); }

int64_t clinux_realtime_nanoseconds(void) { return read_clock(CLOCK_REALTIME); }

int64_t clinux_jiffy_nanoseconds(void) {
    struct timespec resolution;
    if (clock_getres(CLOCK_MONOTONIC_COARSE, &resolution) < 0) return -errno;
    return (int64_t)resolution.tv_sec * SECOND + resolution.tv_nsec;
}

int clinux_poll(struct pollfd *entries, uint32_t count, int64_t deadline) {
    for (;;) {
        int result;
        if (deadline < 0) {
            result = ppoll(entries, count, NULL, NULL);
        } else {
            int64_t left = deadline - clinux_monotonic_nanoseconds();
            if (left < 0) left = 0;
            struct timespec wait = {.tv_sec = left / SECOND, .tv_nsec = left % SECOND};
            result = ppoll(entries, count, &wait, NULL);
        }
        if (result >= 0) return result;
        if (errno != EINTR) return -errno;
    }
}

// The C library's fd_set ends at 1023; the kernel takes sets of any size.
int clinux_select(int fd, int64_t deadline) {
    const size_t bits = 8 * sizeof(unsigned long);
    const size_t words = (size_t)fd / bits + 1;
    if (fd < 0) return -EBADF;
    unsigned long *sets = calloc(2 * words, sizeof *sets);
    if (!sets) return -ENOMEM;
    const unsigned long bit = 1ul << ((size_t)fd % bits);
    unsigned long *input = &sets[words - 1], *exception = &sets[2 * words - 1];
    int result;
    for (;;) {
        *input = *exception = bit;
        int64_t left = deadline - clinux_monotonic_nanoseconds();
        if (left < 0) left = 0;
        struct timespec wait = {.tv_sec = left / SECOND, .tv_nsec = left % SECOND};
        long ready =
            syscall(SYS_pselect6, fd + 1, sets, NULL, sets + words, &wait, NULL);
        result = ready < 0 ? -errno : (*input & bit ? 1 : 0) + (*exception & bit ? 2 : 0);
        if (ready == 0) result = 0;
        if (result != -EINTR) break;
    }
    free(sets);
    return result;
}

int clinux_epoll_create(void) { return CLINUX_ONCE(epoll_create1(EPOLL_CLOEXEC)); }

static int control(int epoll, int operation, int fd, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data.u64 = token};
    return CLINUX_ONCE(epoll_ctl(epoll, operation, fd, &event));
}

int clinux_epoll_add(int epoll, int fd, uint32_t events, uint64_t token) {
    return control(epoll, EPOLL_CTL_ADD, fd, events, token);
}

int clinux_epoll_modify(int epoll, int fd, uint32_t events, uint64_t token) {
    return control(epoll, EPOLL_CTL_MOD, fd, events, token);
}

int clinux_epoll_remove(int epoll, int fd) { return control(epoll, EPOLL_CTL_DEL, fd, 0, 0); }

int clinux_epoll_wait(
    int epoll, uint64_t *tokens, uint32_t *events, int capacity, int timeout_milliseconds) {
    struct epoll_event ready[64];
    if (capacity > 64) capacity = 64;
    int64_t deadline = clinux_monotonic_nanoseconds() + timeout_milliseconds * (int64_t)1000000;
    int count;
    while ((count = epoll_wait(epoll, ready, capacity, timeout_milliseconds)) < 0) {
        if (errno != EINTR) return -errno;
        if (timeout_milliseconds < 0) continue;
        int64_t left = deadline - clinux_monotonic_nanoseconds();
        timeout_milliseconds = left > 0 ? (int)((left + 999999) / 1000000) : 0;
    }
    for (int i = 0; i < count; i++) {
        tokens[i] = ready[i].data.u64;
        events[i] = ready[i].events;
    }
    return count;
}

int clinux_eventfd(void) { return CLINUX_ONCE(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }

int clinux_timerfd(void) {
    return CLINUX_ONCE(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
}

int clinux_timerfd_set(int fd, int64_t moment, int64_t interval) {
    struct itimerspec setting = {
        .it_value = {.tv_sec = moment / SECOND, .tv_nsec = moment % SECOND},
        .it_interval = {.tv_sec = interval / SECOND, .tv_nsec = interval % SECOND},
    };
    return CLINUX_ONCE(timerfd_settime(fd, TFD_TIMER_ABSTIME, &setting, NULL));
}
