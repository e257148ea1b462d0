#define _GNU_SOURCE
#include "clinux_threads.h"

#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "retry.h"

int clinux_gettid(void) { return (int)syscall(SYS_gettid); }

int clinux_set_thread_name(const char *name) {
    return CLINUX_ONCE(prctl(PR_SET_NAME, (unsigned long)name, 0, 0, 0));
}

// The raw system calls, since cpu_set_t holds 1024 CPUs and a kernel may have more.
int clinux_pin_thread(int cpu) {
    unsigned long mask[8192 / (8 * sizeof(unsigned long))];
    size_t bits = 8 * sizeof mask[0];
    if (cpu < 0 || (size_t)cpu >= 8 * sizeof mask) return -EINVAL;
    memset(mask, 0, sizeof mask);
    mask[(size_t)cpu / bits] |= 1UL << ((size_t)cpu % bits);
    return syscall(SYS_sched_setaffinity, 0, sizeof mask, mask) < 0 ? -errno : 0;
}

int clinux_allowed_cpus(unsigned char *mask, size_t size) {
    unsigned long words[8192 / (8 * sizeof(unsigned long))];
    size_t bits = 8 * sizeof words[0];
    memset(words, 0, sizeof words);
    if (syscall(SYS_sched_getaffinity, 0, sizeof words, words) < 0) return -errno;
    size_t count = size < sizeof words ? size : sizeof words;
    memset(mask, 0, count);
    for (size_t cpu = 0; cpu < 8 * count; cpu++)
        if (words[cpu / bits] >> (cpu % bits) & 1) mask[cpu / 8] |= (unsigned char)(1 << cpu % 8);
    return (int)count;
}

int clinux_set_thread_nice(int nice) {
    return CLINUX_ONCE(setpriority(PRIO_PROCESS, (id_t)clinux_gettid(), nice));
}

int clinux_set_thread_fifo(int priority) {
    struct sched_param parameters = {.sched_priority = priority};
    return CLINUX_ONCE(sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &parameters));
}

int clinux_set_fifo(int tid, int priority) {
    struct sched_param parameters = {.sched_priority = priority};
    return CLINUX_ONCE(sched_setscheduler(tid, SCHED_FIFO, &parameters));
}

int clinux_set_thread_idle(void) {
    struct sched_param parameters = {.sched_priority = 0};
    return CLINUX_ONCE(sched_setscheduler(0, SCHED_IDLE, &parameters));
}
