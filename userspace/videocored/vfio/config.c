// SPDX-License-Identifier: GPL-2.0
/*
 * PCI configuration space: identity, BARs that can be sized, MSI-X.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <string.h>

#include <linux/pci_regs.h>

#include <videocore/virt.h>

#include "config.h"

#define CONFIG_CAP_MSIX		0x40
#define CONFIG_REVISION		1
#define CONFIG_CLASS		0x048000	/* multimedia device, other */

static void put16(uint8_t *at, unsigned int val)
{
	at[0] = (uint8_t)val;
	at[1] = (uint8_t)(val >> 8);
}

static void put32(uint8_t *at, uint32_t val)
{
	put16(at, val & 0xffff);
	put16(at + 2, val >> 16);
}

/* The address bits of a BAR of @size (a power of two); type: 32-bit memory. */
static void config_bar_mask(struct vfu_config *cfg, unsigned int bar, uint32_t size)
{
	put32(&cfg->wmask[PCI_BASE_ADDRESS_0 + 4 * bar], ~(size - 1));
}

static void config_masks(struct vfu_config *cfg)
{
	put16(&cfg->wmask[PCI_COMMAND], PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
	      PCI_COMMAND_PARITY | PCI_COMMAND_SERR | PCI_COMMAND_INTX_DISABLE);
	cfg->wmask[PCI_CACHE_LINE_SIZE] = 0xff;
	cfg->wmask[PCI_LATENCY_TIMER] = 0xff;
	cfg->wmask[PCI_INTERRUPT_LINE] = 0xff;
	config_bar_mask(cfg, VC_VIRT_BAR_PERIPH, VC_VIRT_PERIPH_SIZE);
	config_bar_mask(cfg, VC_VIRT_BAR_MSIX, VC_VIRT_MSIX_SIZE);
	put16(&cfg->wmask[CONFIG_CAP_MSIX + PCI_MSIX_FLAGS],
	      PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
}

static void config_msix(uint8_t *cap)
{
	cap[PCI_CAP_LIST_ID] = PCI_CAP_ID_MSIX;
	put16(cap + PCI_MSIX_FLAGS, VC_VIRT_IRQ_COUNT - 1);
	put32(cap + PCI_MSIX_TABLE, VC_VIRT_BAR_MSIX);
	put32(cap + PCI_MSIX_PBA, VC_VIRT_MSIX_PBA | VC_VIRT_BAR_MSIX);
}

void vfu_config_init(struct vfu_config *cfg, uint16_t instance)
{
	memset(cfg, 0, sizeof(*cfg));
	cfg->instance = instance;
	config_masks(cfg);
	vfu_config_reset(cfg);
}

void vfu_config_reset(struct vfu_config *cfg)
{
	uint8_t *data = cfg->data;

	memset(data, 0, sizeof(cfg->data));
	put16(data + PCI_VENDOR_ID, VC_VIRT_PCI_VENDOR);
	put16(data + PCI_DEVICE_ID, VC_VIRT_PCI_DEVICE);
	put16(data + PCI_STATUS, PCI_STATUS_CAP_LIST);
	put32(data + PCI_CLASS_REVISION, CONFIG_CLASS << 8 | CONFIG_REVISION);
	put16(data + PCI_SUBSYSTEM_VENDOR_ID, VC_VIRT_PCI_SUBVENDOR);
	put16(data + PCI_SUBSYSTEM_ID, cfg->instance);
	data[PCI_CAPABILITY_LIST] = CONFIG_CAP_MSIX;
	config_msix(data + CONFIG_CAP_MSIX);
}

void vfu_config_read(const struct vfu_config *cfg, size_t off, void *buf, size_t len)
{
	memcpy(buf, cfg->data + off, len);
}

void vfu_config_write(struct vfu_config *cfg, size_t off, const void *buf, size_t len)
{
	const uint8_t *from = buf;
	size_t i;

	for (i = 0; i < len; i++) {
		uint8_t mask = cfg->wmask[off + i];

		cfg->data[off + i] = (uint8_t)((cfg->data[off + i] & ~mask) | (from[i] & mask));
	}
}
