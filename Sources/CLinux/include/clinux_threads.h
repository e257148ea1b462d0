/// The calling thread. See gettid(2), prctl(2), sched_setaffinity(2), setpriority(2), sched(7).
#pragma once
#include <stddef.h>
#include <stdint.h>

int clinux_gettid(void);
int clinux_set_thread_name(const char *name);
int clinux_pin_thread(int cpu);
/// Fills `mask` with a bit a CPU that the thread may run on, and returns the bytes written.
int clinux_allowed_cpus(unsigned char *mask, size_t size);
int clinux_set_thread_nice(int nice);
int clinux_set_thread_fifo(int priority);
/// SCHED_FIFO for another thread.
int clinux_set_fifo(int tid, int priority);
/// SCHED_IDLE, which children and threads that it starts inherit.
int clinux_set_thread_idle(void);
