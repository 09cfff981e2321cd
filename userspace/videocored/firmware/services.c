// SPDX-License-Identifier: GPL-2.0
/*
 * Offers the services that need nothing but the transport.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <stddef.h>

#include "services.h"

int fw_services_add(struct vc_firmware *fw)
{
	static const struct fw_service_ops *const services[] = {
		&fw_echo_ops,
		&fw_sync_ops,
		&fw_call_ops,
		&fw_func_ops,
		&fw_fun2_ops,
		&fw_gencmd_ops,
	};

	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		int ret = vc_firmware_add_service(fw, services[i], NULL);

		if (ret)
			return ret;
	}
	return 0;
}
