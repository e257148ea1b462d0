// Has the two threads of a QEMU that counts instructions take turns, on a processor of their own, and
// ends it with its maker.
//
// Why. With `-icount sleep=off` QEMU's main loop moves the clock on when the processor is halted
// (icount_start_warp_timer): by the time that is left until the next timer. The processor's thread
// marks itself as halted *before* it adds what it has executed since it last looked at the clock
// (do_hlt in target/i386, icount_process_data in accel/tcg). A main loop that wakes between the two,
// as it does whenever a timer ran while the guest was busy, reckons with the older clock, and the
// clock ends up late by those instructions: some hundred nanoseconds, in one boot of a few, more
// often on a loaded machine. From there on the guest is another one: its random numbers differ.
//
// What. A baton. Each of the two threads holds it while it runs and lays it down only to wait: the
// main loop in ppoll, both in pthread_cond_wait. So the main loop runs when the processor's thread
// has settled its accounts and waits, and never beside it. Nothing else changes: while the processor
// is busy it runs its timers itself, and the main loop would only look on.
//
// Threads that take turns want one processor, not two: to wake one that sleeps on another processor
// costs more than what it then does. So the process keeps to one that no other guest keeps to, while
// there are any: a quarter of the wall time of a run.
//
// It works on a stock QEMU, unmodified, since these functions are the C library's.
#define _GNU_SOURCE
#include "Conductor.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

typedef int (*cond_wait_function)(pthread_cond_t *, pthread_mutex_t *);
typedef int (*ppoll_function)(
    struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);

static cond_wait_function next_cond_wait;
static ppoll_function next_ppoll;

enum { FREE, TAKEN, WANTED };

// The main thread holds it from the start, until it first waits.
static atomic_int baton = TAKEN;

enum { UNKNOWN, PLAYER, NOBODY };

// Whether all threads keep to one processor.
static int has_processor;

static _Thread_local int role;
static _Thread_local int holds_baton;

static int take_at_once(void) {
    int found = FREE;
    if (!atomic_compare_exchange_strong(&baton, &found, TAKEN)) return 0;
    holds_baton = 1;
    return 1;
}

static void take(void) {
    // The other one is often about to lay it down: a few microseconds are cheaper than a sleep. On
    // one processor it can't.
    for (int turn = 0; turn < 50 && !has_processor; turn++) {
        if (take_at_once()) return;
        __builtin_ia32_pause();
    }
    while (atomic_exchange(&baton, WANTED) != FREE)
        syscall(SYS_futex, &baton, FUTEX_WAIT_PRIVATE, WANTED, NULL, NULL, 0);
    holds_baton = 1;
}

static void lay_down(void) {
    if (!holds_baton) return;
    holds_baton = 0;
    if (atomic_exchange(&baton, FREE) == WANTED)
        syscall(SYS_futex, &baton, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void greet(void) {
    const char *rest = CONDUCTOR_GREETING;
    size_t left = strlen(rest);
    while (left > 0) {
        ssize_t count = write(2, rest, left);
        if (count < 0 && errno != EINTR) return;
        if (count > 0) {
            rest += count;
            left -= (size_t)count;
        }
    }
}

// The main thread, and the one that executes the guest, which QEMU calls "ALL CPUs/TCG" when it is
// told to name threads. Others (call_rcu) never touch the guest's time.
static int is_player(void) {
    if (role == UNKNOWN) {
        char name[32] = "";
        role = NOBODY;
        if (syscall(SYS_gettid) == getpid()) {
            role = PLAYER;
        } else if (
            pthread_getname_np(pthread_self(), name, sizeof name) == 0 && strstr(name, "/TCG")) {
            role = PLAYER;
            greet();
        }
    }
    return role == PLAYER;
}

int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex) {
    if (!next_cond_wait || !is_player()) {
        // Before our own beginning nobody waits for anyone.
        return next_cond_wait ? next_cond_wait(condition, mutex) : EINVAL;
    }
    lay_down();
    int result = next_cond_wait(condition, mutex);
    // Baton and mutex: never wait for one of them with the other in hand. The other thread may hold
    // the mutex and want the baton, as the main loop does that polls while it clears up
    // (monitor_cleanup), or hold the baton and want the mutex.
    while (!take_at_once()) {
        pthread_mutex_unlock(mutex);
        take();
        if (pthread_mutex_trylock(mutex) == 0) break;
        lay_down();
        pthread_mutex_lock(mutex);
    }
    return result;
}

int ppoll(
    struct pollfd *entries, nfds_t count, const struct timespec *timeout, const sigset_t *mask) {
    if (!next_ppoll) {
        errno = EINTR;
        return -1;
    }
    if (!is_player()) return next_ppoll(entries, count, timeout, mask);
    lay_down();
    int result = next_ppoll(entries, count, timeout, mask);
    int error = errno;
    take();
    errno = error;
    return result;
}

// Standard input is a pipe whose other end our maker holds: it ends when that process does, however
// it does. The guest's time is not touched.
static void *end_with_maker(void *unused) {
    char bytes[64];
    ssize_t count;
    do count = read(0, bytes, sizeof bytes);
    while (count > 0 || (count < 0 && errno == EINTR));
    kill(getpid(), SIGKILL);
    return unused;
}

static void watch_maker(void) {
    sigset_t all, before;
    pthread_attr_t attributes;
    pthread_t thread;
    // QEMU takes signals by descriptor, and counts on no thread of its own being there for them.
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 4 * PTHREAD_STACK_MIN);
    int failure = pthread_create(&thread, &attributes, end_with_maker, NULL);
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    // Without the watch a guest could outlive its maker: then rather no guest.
    if (failure != 0) _exit(1);
}

// Whether a processor is ours: no other process has it, until we end. A socket without a file says
// so, which the kernel takes back however we end.
static int reserve(int processor) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int length = snprintf(
        name.sun_path + 1, sizeof name.sun_path - 1, "etimedout-processor-%d", processor);
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return 0;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
    if (bind(descriptor, (struct sockaddr *)&name, size) == 0) return 1;
    close(descriptor);
    return 0;
}

static void keep_to_one_processor(void) {
    cpu_set_t allowed, one;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
    for (int processor = 0; processor < CPU_SETSIZE; processor++) {
        if (!CPU_ISSET(processor, &allowed) || !reserve(processor)) continue;
        CPU_ZERO(&one);
        CPU_SET(processor, &one);
        // Threads that come later inherit it.
        has_processor = sched_setaffinity(0, sizeof one, &one) == 0;
        return;
    }
}

__attribute__((constructor)) static void begin(void) {
    unsetenv("LD_PRELOAD");
    role = PLAYER;
    holds_baton = 1;
    // By version: the plain name may find the function of the time before NPTL.
    next_cond_wait =
        (cond_wait_function)dlvsym(RTLD_NEXT, "pthread_cond_wait", "GLIBC_2.3.2");
    next_ppoll = (ppoll_function)dlsym(RTLD_NEXT, "ppoll");
    keep_to_one_processor();
    watch_maker();
}
