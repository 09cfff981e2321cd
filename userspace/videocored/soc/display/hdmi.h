/* SPDX-License-Identifier: GPL-2.0 */
/*
 * HDMI transmitter: core and HD register windows. Loop thread.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_SOC_DISPLAY_HDMI_H
#define VIDEOCORED_SOC_DISPLAY_HDMI_H

#include <stdbool.h>

struct vc_bus;
struct vc_hdmi;
struct vc_irq;

/* NULL without memory or room on the bus. */
struct vc_hdmi *vc_hdmi_create(struct vc_bus *bus, struct vc_irq *irq);
void vc_hdmi_destroy(struct vc_hdmi *hdmi);

void vc_hdmi_set_connected(struct vc_hdmi *hdmi, bool connected);
/* The driver treats the sink as HDMI (infoframes), not DVI. */
bool vc_hdmi_is_hdmi_mode(const struct vc_hdmi *hdmi);

#endif /* VIDEOCORED_SOC_DISPLAY_HDMI_H */
