/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The virtual VideoCore as a PCI function: identity, BAR layout and interrupt
 * lines. Shared by videocored, drivers/vc_pci and the device tree overlay, so
 * this file may hold preprocessor constants only.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORE_VIRT_H
#define VIDEOCORE_VIRT_H

/*
 * PCI identity. The subsystem id is the instance number: it ties the function
 * to the device tree node whose "vc-media,instance" has the same value.
 */
#define VC_VIRT_PCI_VENDOR		0x14e4
#define VC_VIRT_PCI_DEVICE		0x2835
#define VC_VIRT_PCI_SUBVENDOR		0x14e4

/*
 * BAR 0: the peripheral window, bus 0x7e000000 + offset. 32-bit accesses only.
 * The HVS display-list RAM is backed by memory and mmap-able, all else traps.
 * BAR 2: MSI-X table and pending bits.
 */
#define VC_VIRT_BAR_PERIPH		0
#define VC_VIRT_BAR_MSIX		2
#define VC_VIRT_PERIPH_BUS		0x7e000000
#define VC_VIRT_PERIPH_SIZE		0x01000000
#define VC_VIRT_MSIX_SIZE		0x1000
#define VC_VIRT_MSIX_PBA		0x800

/* Interrupt lines: one MSI-X vector each, level semantics (see vc_pci). */
#define VC_VIRT_IRQ_MAILBOX		0
#define VC_VIRT_IRQ_DOORBELL		1
#define VC_VIRT_IRQ_HVS			2
#define VC_VIRT_IRQ_PV0			3
#define VC_VIRT_IRQ_PV1			4
#define VC_VIRT_IRQ_PV2			5
#define VC_VIRT_IRQ_TXP			6
#define VC_VIRT_IRQ_HDMI_CEC		7
#define VC_VIRT_IRQ_BSC			8
#define VC_VIRT_IRQ_V3D			9
#define VC_VIRT_IRQ_UNICAM0		10
#define VC_VIRT_IRQ_UNICAM1		11
#define VC_VIRT_IRQ_DMA0		12
#define VC_VIRT_IRQ_COUNT		16

/* Offsets of the blocks in the peripheral window (BCM2835 bus - 0x7e000000). */
#define VC_VIRT_TXP			0x004000
#define VC_VIRT_DOORBELL		0x00b840
#define VC_VIRT_MAILBOX			0x00b880
#define VC_VIRT_PV0			0x206000
#define VC_VIRT_PV1			0x207000
#define VC_VIRT_HVS			0x400000
#define VC_VIRT_HVS_DLIST		0x402000
#define VC_VIRT_HVS_DLIST_SIZE		0x4000
#define VC_VIRT_BSC2			0x805000
#define VC_VIRT_PV2			0x807000
#define VC_VIRT_HDMI_HD			0x808000
#define VC_VIRT_HDMI			0x902000
#define VC_VIRT_V3D			0xc00000

/*
 * Bus addresses as on a Pi 2/3: the VideoCore sees ARM memory through the
 * uncached alias. 0x3f000000 bytes from the start of guest RAM are reachable.
 */
#define VC_VIRT_DMA_ALIAS		0xc0000000
#define VC_VIRT_DMA_ALIAS_MASK		0xc0000000
#define VC_VIRT_DMA_SIZE		0x3f000000
#define VC_VIRT_RAM_BASE		0x40000000

/* The end of the VideoCore's own memory holds its logs. */
#define VC_VIRT_LOG_SIZE		0x80000

#endif /* VIDEOCORE_VIRT_H */
