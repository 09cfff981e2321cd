/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Property channel: what the firmware answers, and the state behind it: clocks,
 * power domains, GPIO expander. Loop thread.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_SOC_PROPERTY_H
#define VIDEOCORED_SOC_PROPERTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;
struct vc_guest;
struct vc_property;

/* Longest buffer we look at; drivers use one page at most. */
#define VC_PROPERTY_MAX		4096u

/* @vchiq_init answers tag VCHIQ_INIT, 0 = accepted. */
struct vc_property *vc_property_create(uint32_t (*vchiq_init)(void *arg, uint32_t slot_zero_bus),
				       void *arg);
void vc_property_destroy(struct vc_property *prop);
void vc_property_reset(struct vc_property *prop);

/* Work on the buffer at @bus. What is not a buffer is left alone. */
void vc_property_request(struct vc_property *prop, struct vc_guest *guest, uint32_t bus);
/*
 * Work on a private copy of a buffer of @nr_words words, header included; the
 * answers are put in. Returns the response code for word 1.
 */
uint32_t vc_property_parse(struct vc_property *prop, uint32_t *words, size_t nr_words);

/* Answer buffers with this tag by an error; 0: none. */
void vc_property_refuse_tag(struct vc_property *prop, uint32_t tag);
/* Where the VideoCore's own memory is; the ARM's is what lies below. */
void vc_property_set_memory(struct vc_property *prop, uint32_t base, uint32_t size);
uint32_t vc_property_clock_rate(const struct vc_property *prop, unsigned int id);
void vc_property_set_gpio(struct vc_property *prop, unsigned int gpio, bool level);
/* requests, unknown_tags, malformed, clocks {core, v3d, ...} */
void vc_property_status(const struct vc_property *prop, struct json_object *out);

#endif /* VIDEOCORED_SOC_PROPERTY_H */
