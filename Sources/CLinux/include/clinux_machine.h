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

/// Ends the machine: resets it, or powers it off. Returns only when not allowed to.
int clinux_end_machine(int by_reset);
