/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mailbox and property channel (soc-glue.md sections 2 and 2.2). Loop thread.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_SOC_MAILBOX_H
#define VIDEOCORED_SOC_MAILBOX_H

#include <stdbool.h>
#include <stdint.h>

struct json_object;
struct videocored;
struct vc_mailbox;

struct vc_mailbox *vc_mailbox_create(struct videocored *vc);
void vc_mailbox_destroy(struct vc_mailbox *mbox);

/* Rate of firmware clock @id in Hz as the guest set it, 0 if unknown or off. */
uint32_t vc_mailbox_clock_rate(struct vc_mailbox *mbox, unsigned int id);
/* Level of firmware expander line @gpio (128..135). */
void vc_mailbox_set_gpio(struct vc_mailbox *mbox, unsigned int gpio, bool level);

/* Requests, unknown tags, clocks. */
void vc_mailbox_status(struct vc_mailbox *mbox, struct json_object *out);

#endif /* VIDEOCORED_SOC_MAILBOX_H */
