/// What process 1 of a guest does. See mount(2), finit_module(2), reboot(2), termios(3).
#pragma once

/// Mounts a file system that has no device, such as "proc". Options may be NULL.
int clinux_mount(const char *type, const char *target, const char *options);

/// Loads a module from a file, without parameters.
int clinux_load_module(const char *path);

/// Opens a file for adding to it, and makes it if it is not there.
int clinux_open_new(const char *path);

/// Opens a serial port for writing bytes as they are: no echo, no translation, no controlling
/// terminal.
int clinux_open_serial(const char *path);

/// Asks for the use of I/O ports from user space, or gives it back. See ioperm(2); ENOSYS where there
/// are none.
int clinux_allow_ports(unsigned long first, unsigned long count, int allowed);

/// Writes to an I/O port, or reads bytes from one. Only what clinux_allow_ports() allowed.
void clinux_out_byte(unsigned short port, unsigned char value);
void clinux_out_word(unsigned short port, unsigned short value);
void clinux_in_bytes(unsigned short port, void *bytes, unsigned long count);

/// Maps a file of a device for reading and writing, and tells its size; NULL with errno.
void *clinux_map_file(const char *path, unsigned long *size);

/// Stores a number where others read it, after all that was stored before.
void clinux_publish(void *place, unsigned long long number);

/// Ends the machine: resets it, or powers it off. Returns only when not allowed to.
int clinux_end_machine(int by_reset);
