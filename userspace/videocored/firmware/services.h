/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Services every firmware has and that need nothing but the transport.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_FIRMWARE_SERVICES_H
#define VIDEOCORED_FIRMWARE_SERVICES_H

#include "firmware.h"

extern const struct fw_service_ops fw_echo_ops;
extern const struct fw_service_ops fw_sync_ops;
extern const struct fw_service_ops fw_call_ops;
extern const struct fw_service_ops fw_func_ops;
extern const struct fw_service_ops fw_fun2_ops;
extern const struct fw_service_ops fw_gencmd_ops;

/*
 * Any thread: the text that answers a general command, cut to @room. Returns the
 * result word, 0 = fine.
 */
uint32_t fw_gencmd(const char *request, char *text, size_t room);

/* 0 or -errno. */
int fw_services_add(struct vc_firmware *fw);

#endif /* VIDEOCORED_FIRMWARE_SERVICES_H */
