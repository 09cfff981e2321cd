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
extern const struct fw_service_ops fw_func_ops;
extern const struct fw_service_ops fw_fun2_ops;
extern const struct fw_service_ops fw_gencmd_ops;

/* 0 or -errno. */
int fw_services_add(struct vc_firmware *fw);

#endif /* VIDEOCORED_FIRMWARE_SERVICES_H */
