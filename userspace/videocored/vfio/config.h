/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PCI configuration space of the virtual VideoCore.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_VFIO_CONFIG_H
#define VIDEOCORED_VFIO_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#define VFU_CONFIG_SIZE		256u

/**
 * struct vfu_config - a type 0 function with MSI-X
 * @data: the registers
 * @wmask: bits the guest can write
 * @instance: subsystem id
 */
struct vfu_config {
	uint8_t data[VFU_CONFIG_SIZE];
	uint8_t wmask[VFU_CONFIG_SIZE];
	uint16_t instance;
};

void vfu_config_init(struct vfu_config *cfg, uint16_t instance);
/* Registers as after power-on. */
void vfu_config_reset(struct vfu_config *cfg);

/* The caller checks @off + @len against VFU_CONFIG_SIZE. */
void vfu_config_read(const struct vfu_config *cfg, size_t off, void *buf, size_t len);
void vfu_config_write(struct vfu_config *cfg, size_t off, const void *buf, size_t len);

#endif /* VIDEOCORED_VFIO_CONFIG_H */
