/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Buffers of a tunnel: they belong to the firmware and go round between the
 * output that fills them and the input that empties them. Firmware thread.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_FIRMWARE_TUNNEL_H
#define VIDEOCORED_FIRMWARE_TUNNEL_H

#include <stdbool.h>

struct component_buffer;
struct component_port;

/* True if what comes out of @src is looked at by whoever is at the other end. */
bool tunnel_is_fed(const struct component_port *src);

/* @src and its peer are enabled: give it buffers. 0 or -ENOMEM. */
int tunnel_fill(struct component_port *src);

/*
 * A component has done with a buffer of a tunnel: on to the other end, or back; freed
 * when the tunnel is closed.
 */
void tunnel_pass(struct component_buffer *buf);

#endif /* VIDEOCORED_FIRMWARE_TUNNEL_H */
