/// Offloads by the SIOCETHTOOL ioctl. See linux/ethtool.h.
#pragma once
#include <stdint.h>

static const uint32_t CLINUX_SET_RX_CHECKSUM = 0x15;
static const uint32_t CLINUX_GET_RX_CHECKSUM = 0x14;
static const uint32_t CLINUX_SET_TX_CHECKSUM = 0x17;
static const uint32_t CLINUX_GET_TX_CHECKSUM = 0x16;
static const uint32_t CLINUX_SET_TSO = 0x1f;
static const uint32_t CLINUX_GET_TSO = 0x1e;
static const uint32_t CLINUX_SET_GSO = 0x24;
static const uint32_t CLINUX_GET_GSO = 0x23;
static const uint32_t CLINUX_SET_GRO = 0x2c;
static const uint32_t CLINUX_GET_GRO = 0x2b;

/// Performs one ethtool command with one value. `socket` is any socket made in the namespace.
int clinux_ethtool(int socket, const char *interface, uint32_t command, uint32_t *value);
