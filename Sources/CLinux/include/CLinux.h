/// What C has and Swift's Glibc module lacks, or gives only through variadic functions.
///
/// Every function returns a value that is not negative, or −errno: reading `errno` from Swift after
/// the call is fragile, since a release in between may change it. Calls that a signal interrupts
/// are made again, except `connect`, whose second call would mean something else.
#pragma once
#include "clinux_descriptors.h"
#include "clinux_machine.h"
#include "clinux_namespaces.h"
#include "clinux_offloads.h"
#include "clinux_sockets.h"
#include "clinux_tcp_info.h"
#include "clinux_threads.h"
#include "clinux_waiting.h"
