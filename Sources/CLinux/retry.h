#pragma once
#include <errno.h>

/// The value of a system call, made again while signals interrupt it, or −errno.
#define CLINUX_RETRY(call)                              \
    ({                                                  \
        __typeof__(call) value_;                        \
        do                                              \
            value_ = (call);                            \
        while (value_ < 0 && errno == EINTR);           \
        value_ < 0 ? (__typeof__(call))-errno : value_; \
    })

/// The value of a system call, or −errno.
#define CLINUX_ONCE(call)                               \
    ({                                                  \
        __typeof__(call) value_ = (call);               \
        value_ < 0 ? (__typeof__(call))-errno : value_; \
    })
