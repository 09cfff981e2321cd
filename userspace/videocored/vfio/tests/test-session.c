// SPDX-License-Identifier: GPL-2.0
/*
 * Frames of a client, good and bad, and what the session makes of them.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#include <json-c/json.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>

#include <videocore/virt.h>

#include "harness.h"

#define CAPS	"{\"capabilities\":{\"max_msg_fds\":16,\"write_multiple\":true}}"
#define PAGE	4096u

static uint8_t frame[VFU_MAX_FRAME + 64];

static int setup(void **state)
{
	*state = harness_create();
	return 0;
}

static int teardown(void **state)
{
	harness_destroy(*state);
	return 0;
}

/* -----------------------------------------------------------------------------
 * Sending and looking at answers
 */

static size_t put_frame(uint16_t cmd, uint32_t flags, const void *payload, size_t len)
{
	struct vfu_header hdr = {
		.id = 0x1234,
		.command = cmd,
		.size = (uint32_t)(sizeof(hdr) + len),
		.flags = flags,
	};

	memcpy(frame, &hdr, sizeof(hdr));
	if (len)
		memcpy(frame + sizeof(hdr), payload, len);

	return hdr.size;
}

static int run_bytes(struct harness *h, const void *bytes, size_t len)
{
	h->in = bytes;
	h->in_len = len;
	h->in_pos = 0;
	h->out_len = 0;

	return vfu_session_run(h->session);
}

static int run(struct harness *h, uint16_t cmd, const void *payload, size_t len)
{
	return run_bytes(h, frame, put_frame(cmd, 0, payload, len));
}

/* The only answer: @want is its errno, 0 for a good one. Its payload is returned. */
static const void *answer(struct harness *h, uint16_t cmd, int want, size_t *len)
{
	static _Alignas(8) uint8_t payload[VFU_MAX_FRAME];
	struct vfu_header hdr;

	assert_true(h->out_len >= sizeof(hdr));
	memcpy(&hdr, h->out, sizeof(hdr));
	assert_int_equal(hdr.id, 0x1234);
	assert_int_equal(hdr.command, cmd);
	assert_int_equal(hdr.size, h->out_len);
	assert_int_equal(hdr.flags, VFU_TYPE_REPLY | (want ? VFU_ERROR : 0));
	assert_int_equal(hdr.error, want);
	memcpy(payload, h->out + sizeof(hdr), h->out_len - sizeof(hdr));
	if (len)
		*len = h->out_len - sizeof(hdr);

	return payload;
}

static const void *ask(struct harness *h, uint16_t cmd, const void *payload, size_t len, int want)
{
	assert_int_equal(run(h, cmd, payload, len), 0);
	return answer(h, cmd, want, NULL);
}

static int version(struct harness *h, uint16_t major, uint16_t minor, const char *caps,
		   size_t caps_len)
{
	struct vfu_version ver = { .major = major, .minor = minor };
	uint8_t payload[512];

	memcpy(payload, &ver, sizeof(ver));
	memcpy(payload + sizeof(ver), caps, caps_len);

	return run(h, VFU_VERSION, payload, sizeof(ver) + caps_len);
}

static void negotiate(struct harness *h)
{
	assert_int_equal(version(h, 0, 0, CAPS, sizeof(CAPS)), 0);
	answer(h, VFU_VERSION, 0, NULL);
}

static int setup_negotiated(void **state)
{
	setup(state);
	negotiate(*state);
	return 0;
}

static uint64_t read_region(struct harness *h, uint32_t region, uint64_t off, uint32_t count)
{
	struct vfu_region_access access = { .offset = off, .region = region, .count = count };
	const struct vfu_region_access *got;
	uint64_t val = 0;

	got = ask(h, VFU_REGION_READ, &access, sizeof(access), 0);
	assert_memory_equal(got, &access, sizeof(access));
	memcpy(&val, got + 1, count);

	return val;
}

static size_t put_write(uint8_t *payload, uint32_t region, uint64_t off, uint64_t val,
			uint32_t count)
{
	struct vfu_region_access access = { .offset = off, .region = region, .count = count };

	memcpy(payload, &access, sizeof(access));
	memcpy(payload + sizeof(access), &val, count);

	return sizeof(access) + count;
}

static void write_region(struct harness *h, uint32_t region, uint64_t off, uint64_t val,
			 uint32_t count, int want)
{
	uint8_t payload[64];

	ask(h, VFU_REGION_WRITE, payload, put_write(payload, region, off, val, count), want);
}

/* -----------------------------------------------------------------------------
 * Version
 */

static void test_version(void **state)
{
	struct json_object *root, *caps;
	struct harness *h = *state;
	const char *payload;
	size_t len;

	assert_int_equal(version(h, 0, 0, CAPS, sizeof(CAPS)), 0);
	payload = answer(h, VFU_VERSION, 0, &len);
	/* QEMU has room for no more than it has sent. */
	assert_true(len < 200);
	assert_int_equal(payload[0] | payload[1] | payload[2] | payload[3], 0);
	assert_int_equal(payload[len - 1], '\0');
	root = json_tokener_parse(payload + 4);
	assert_true(json_object_object_get_ex(root, "capabilities", &caps));
	assert_int_equal(json_object_get_int(json_object_object_get(caps, "max_msg_fds")), 16);
	assert_true(json_object_get_boolean(json_object_object_get(caps, "write_multiple")));
	json_object_put(root);
}

static void test_version_minor(void **state)
{
	struct harness *h = *state;
	const uint8_t *payload;

	assert_int_equal(version(h, 0, 9, "", 0), 0);
	payload = answer(h, VFU_VERSION, 0, NULL);
	assert_int_equal(payload[2], VFU_MINOR);
}

static void test_version_refused(void **state)
{
	static const struct {
		uint16_t major;
		const char *caps;
		size_t len;
	} bad[] = {
		{ 1, CAPS, sizeof(CAPS) },
		{ 0, CAPS, sizeof(CAPS) - 1 },
		{ 0, "[]", 3 },
		{ 0, "{\"capabilities\":3}", 19 },
		{ 0, "{\"capabilities\":{\"max_msg_fds\":\"many\"}}", 40 },
		{ 0, "{\"capabilities\":{\"max_msg_fds\":-1}}", 36 },
		{ 0, "{\"capabilities\":{\"write_multiple\":1}}", 38 },
		{ 0, "{}\0{}", 6 },
	};
	struct harness *h = *state;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(version(h, bad[i].major, 0, bad[i].caps, bad[i].len), -EPROTO);
		answer(h, VFU_VERSION, EINVAL, NULL);
		assert_non_null(strstr(vfu_session_error(h->session), "version"));
		harness_restart(h);
	}
}

static void test_version_first(void **state)
{
	struct harness *h = *state;

	assert_int_equal(run(h, VFU_DEVICE_RESET, NULL, 0), -EPROTO);
	assert_int_equal(h->out_len, 0);
	assert_int_equal(h->resets, 0);
}

/* -----------------------------------------------------------------------------
 * Framing
 */

static void test_bad_headers(void **state)
{
	static const struct vfu_header bad[] = {
		{ .command = VFU_DEVICE_RESET, .size = 0 },
		{ .command = VFU_DEVICE_RESET, .size = 15 },
		{ .command = VFU_DEVICE_RESET, .size = VFU_MAX_FRAME + 1 },
		{ .command = VFU_DEVICE_RESET, .size = UINT32_MAX },
		{ .command = VFU_DEVICE_RESET, .size = 16, .flags = VFU_TYPE_REPLY },
		{ .command = VFU_DEVICE_RESET, .size = 16, .flags = 0xf },
		{ .command = VFU_DEVICE_RESET, .size = 16, .flags = VFU_ERROR },
	};
	struct harness *h = *state;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		negotiate(h);
		assert_int_equal(run_bytes(h, &bad[i], sizeof(bad[i])), -EPROTO);
		assert_non_null(strstr(vfu_session_error(h->session), "malformed frame"));
		assert_int_equal(h->out_len, 0);
		assert_int_equal(h->stats.broken, i + 1);
		harness_restart(h);
	}
	assert_int_equal(h->resets, 0);
}

static void test_truncated(void **state)
{
	struct vfu_device_info info = { .argsz = sizeof(info) };
	size_t len = put_frame(VFU_DEVICE_GET_INFO, 0, &info, sizeof(info)), cut;
	uint8_t copy[64];
	struct harness *h = *state;

	memcpy(copy, frame, len);
	for (cut = 1; cut < len; cut++) {
		harness_restart(h);
		negotiate(h);
		h->eof = true;
		assert_int_equal(run_bytes(h, copy, cut), -EPROTO);
		assert_int_equal(h->out_len, 0);
	}
}

static void test_closed(void **state)
{
	struct harness *h = *state;

	h->eof = true;
	assert_int_equal(run_bytes(h, frame, 0), -ENOTCONN);
	assert_int_equal(h->stats.broken, 0);
}

static void test_byte_by_byte(void **state)
{
	struct vfu_device_info info = { .argsz = sizeof(info) };
	struct harness *h = *state;

	h->chunk = 1;
	ask(h, VFU_DEVICE_GET_INFO, &info, sizeof(info), 0);
}

static void test_unknown_commands(void **state)
{
	static const uint16_t unknown[] = {
		0, VFU_DMA_READ, VFU_DMA_WRITE, VFU_DIRTY_PAGES, VFU_NR_COMMANDS, 0xffff,
	};
	struct harness *h = *state;
	size_t i;

	for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		ask(h, unknown[i], "12345678", 8, EOPNOTSUPP);
	/* The connection lives on. */
	ask(h, VFU_DEVICE_RESET, NULL, 0, 0);
	assert_int_equal(h->resets, 1);
}

static void test_short_payloads(void **state)
{
	static const size_t min[] = {
		[VFU_DMA_MAP] = 32, [VFU_DMA_UNMAP] = 24, [VFU_DEVICE_GET_INFO] = 16,
		[VFU_DEVICE_GET_REGION_INFO] = 32, [VFU_DEVICE_GET_REGION_IO_FDS] = 16,
		[VFU_DEVICE_GET_IRQ_INFO] = 16, [VFU_DEVICE_SET_IRQS] = 20,
		[VFU_REGION_READ] = 16, [VFU_REGION_WRITE] = 16, [VFU_REGION_WRITE_MULTI] = 8,
	};
	uint8_t zeros[64] = { 0 };
	struct harness *h = *state;
	size_t cmd;

	for (cmd = VFU_DMA_MAP; cmd < sizeof(min) / sizeof(min[0]); cmd++)
		if (min[cmd])
			ask(h, (uint16_t)cmd, zeros, min[cmd] - 1, EINVAL);
}

/* A client that does not read gets nothing stored, and is not read either. */
static void test_slow_client(void **state)
{
	struct vfu_device_info info = { .argsz = sizeof(info) };
	uint8_t two[2 * (sizeof(struct vfu_header) + sizeof(info))];
	size_t len = put_frame(VFU_DEVICE_GET_INFO, 0, &info, sizeof(info));
	struct harness *h = *state;

	memcpy(two, frame, len);
	memcpy(two + len, frame, len);
	h->out_room = 10;
	assert_int_equal(run_bytes(h, two, 2 * len), 0);
	assert_true(vfu_session_wants_write(h->session));
	assert_int_equal(h->in_pos, len);
	assert_int_equal(h->out_len, 10);

	h->out_room = 1000;
	assert_int_equal(vfu_session_run(h->session), 0);
	assert_false(vfu_session_wants_write(h->session));
	assert_int_equal(h->in_pos, 2 * len);
	assert_int_equal(h->out_len, 2 * len);
}

/* -----------------------------------------------------------------------------
 * What there is
 */

static void test_device_info(void **state)
{
	struct vfu_device_info info = { .argsz = sizeof(info) };
	struct harness *h = *state;
	const struct vfu_device_info *got;

	got = ask(h, VFU_DEVICE_GET_INFO, &info, sizeof(info), 0);
	assert_int_equal(got->flags, VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET);
	assert_int_equal(got->nr_regions, VFIO_PCI_NUM_REGIONS);
	assert_int_equal(got->nr_irqs, VFIO_PCI_MSIX_IRQ_INDEX + 1);
	info.argsz = 8;
	ask(h, VFU_DEVICE_GET_INFO, &info, sizeof(info), EINVAL);
}

static const struct vfio_region_info *region_info(struct harness *h, uint32_t index, uint32_t argsz)
{
	struct vfio_region_info info = { .argsz = argsz, .index = index };

	return ask(h, VFU_DEVICE_GET_REGION_INFO, &info, sizeof(info), 0);
}

static void test_region_info(void **state)
{
	static const uint64_t sizes[VFIO_PCI_NUM_REGIONS] = {
		[VFIO_PCI_BAR0_REGION_INDEX] = VC_VIRT_PERIPH_SIZE,
		[VFIO_PCI_BAR2_REGION_INDEX] = VC_VIRT_MSIX_SIZE,
		[VFIO_PCI_CONFIG_REGION_INDEX] = 256,
	};
	const uint32_t rw = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	struct vfio_region_info info = { .argsz = sizeof(info), .index = VFIO_PCI_NUM_REGIONS };
	const struct vfio_region_info *got;
	struct harness *h = *state;
	uint32_t i;

	for (i = 0; i < VFIO_PCI_NUM_REGIONS; i++) {
		got = region_info(h, i, sizeof(info));
		assert_int_equal(got->size, sizes[i]);
		assert_int_equal(got->flags & rw, sizes[i] ? rw : 0);
	}
	ask(h, VFU_DEVICE_GET_REGION_INFO, &info, sizeof(info), EINVAL);
}

/* First with too little room, then with what that answer asks for. */
static void test_region_mmap(void **state)
{
	struct vfio_region_info_cap_sparse_mmap cap;
	struct vfio_region_sparse_mmap_area area;
	const struct vfio_region_info *got;
	struct harness *h = *state;

	got = region_info(h, 0, sizeof(*got));
	assert_true(got->argsz > sizeof(*got));
	assert_int_equal(got->flags & VFIO_REGION_INFO_FLAG_CAPS, 0);
	assert_int_equal(h->out_fds, 0);

	got = region_info(h, 0, got->argsz);
	assert_int_equal(h->out_fds, 1);
	assert_int_equal(got->argsz, h->out_len - sizeof(struct vfu_header));
	assert_true(got->flags & VFIO_REGION_INFO_FLAG_MMAP);
	assert_true(got->flags & VFIO_REGION_INFO_FLAG_CAPS);
	memcpy(&cap, (const char *)got + got->cap_offset, sizeof(cap));
	assert_int_equal(cap.header.id, VFIO_REGION_INFO_CAP_SPARSE_MMAP);
	assert_int_equal(cap.header.next, 0);
	assert_int_equal(cap.nr_areas, 1);
	memcpy(&area, (const char *)got + got->cap_offset + sizeof(cap), sizeof(area));
	assert_int_equal(area.offset, HARNESS_RAM);
	assert_int_equal(area.size, HARNESS_RAM_SIZE);
}

static void test_region_no_fds(void **state)
{
	static const char caps[] = "{\"capabilities\":{\"max_msg_fds\":0}}";
	const struct vfio_region_info *got;
	struct harness *h = *state;

	assert_int_equal(version(h, 0, 0, caps, sizeof(caps)), 0);
	got = region_info(h, 0, 1024);
	assert_int_equal(got->argsz, sizeof(*got));
	assert_int_equal(got->flags & VFIO_REGION_INFO_FLAG_MMAP, 0);
	assert_int_equal(h->out_fds, 0);
}

static void test_region_io_fds(void **state)
{
	struct vfu_region_io_fds io = { .argsz = sizeof(io) };
	const struct vfu_region_io_fds *got;
	struct harness *h = *state;

	got = ask(h, VFU_DEVICE_GET_REGION_IO_FDS, &io, sizeof(io), 0);
	assert_int_equal(got->count, 0);
	io.index = 99;
	ask(h, VFU_DEVICE_GET_REGION_IO_FDS, &io, sizeof(io), EINVAL);
}

static void test_irq_info(void **state)
{
	struct vfio_irq_info info = { .argsz = sizeof(info) };
	const struct vfio_irq_info *got;
	struct harness *h = *state;
	uint32_t i;

	for (i = 0; i <= VFIO_PCI_MSIX_IRQ_INDEX; i++) {
		info.index = i;
		got = ask(h, VFU_DEVICE_GET_IRQ_INFO, &info, sizeof(info), 0);
		assert_int_equal(got->count,
				 i == VFIO_PCI_MSIX_IRQ_INDEX ? VC_VIRT_IRQ_COUNT : 0);
	}
	info.index = VFIO_PCI_ERR_IRQ_INDEX;
	ask(h, VFU_DEVICE_GET_IRQ_INFO, &info, sizeof(info), EINVAL);
}

/* -----------------------------------------------------------------------------
 * Registers
 */

static uint32_t config(struct harness *h, uint32_t off, uint32_t count)
{
	return (uint32_t)read_region(h, VFIO_PCI_CONFIG_REGION_INDEX, off, count);
}

static void set_config(struct harness *h, uint32_t off, uint32_t val)
{
	write_region(h, VFIO_PCI_CONFIG_REGION_INDEX, off, val, 4, 0);
}

static void test_config_identity(void **state)
{
	struct harness *h = *state;
	uint32_t cap;

	assert_int_equal(config(h, PCI_VENDOR_ID, 2), VC_VIRT_PCI_VENDOR);
	assert_int_equal(config(h, PCI_DEVICE_ID, 2), VC_VIRT_PCI_DEVICE);
	assert_int_equal(config(h, PCI_SUBSYSTEM_VENDOR_ID, 2), VC_VIRT_PCI_SUBVENDOR);
	assert_int_equal(config(h, PCI_SUBSYSTEM_ID, 2), HARNESS_INSTANCE);
	assert_int_equal(config(h, PCI_CLASS_REVISION, 4) >> 8, 0x048000);
	assert_int_equal(config(h, PCI_HEADER_TYPE, 1), PCI_HEADER_TYPE_NORMAL);
	assert_int_equal(config(h, PCI_INTERRUPT_PIN, 1), 0);

	cap = config(h, PCI_CAPABILITY_LIST, 1);
	assert_int_equal(config(h, cap, 1), PCI_CAP_ID_MSIX);
	assert_int_equal(config(h, cap + 1, 1), 0);
	assert_int_equal(config(h, cap + PCI_MSIX_FLAGS, 2), VC_VIRT_IRQ_COUNT - 1);
	assert_int_equal(config(h, cap + PCI_MSIX_TABLE, 4), VC_VIRT_BAR_MSIX);
	assert_int_equal(config(h, cap + PCI_MSIX_PBA, 4), VC_VIRT_MSIX_PBA | VC_VIRT_BAR_MSIX);
}

static void test_config_write(void **state)
{
	struct harness *h = *state;

	set_config(h, PCI_BASE_ADDRESS_0, 0xffffffff);
	assert_int_equal(config(h, PCI_BASE_ADDRESS_0, 4), ~(VC_VIRT_PERIPH_SIZE - 1u));
	set_config(h, PCI_BASE_ADDRESS_1, 0xffffffff);
	assert_int_equal(config(h, PCI_BASE_ADDRESS_1, 4), 0);
	set_config(h, PCI_BASE_ADDRESS_2, 0xffffffff);
	assert_int_equal(config(h, PCI_BASE_ADDRESS_2, 4), ~(VC_VIRT_MSIX_SIZE - 1u));
	set_config(h, PCI_VENDOR_ID, 0);
	assert_int_equal(config(h, PCI_VENDOR_ID, 2), VC_VIRT_PCI_VENDOR);
	set_config(h, PCI_COMMAND, 0xffff);
	assert_int_equal(config(h, PCI_COMMAND, 2) & PCI_COMMAND_IO, 0);
	assert_true(config(h, PCI_COMMAND, 2) & PCI_COMMAND_MASTER);

	ask(h, VFU_DEVICE_RESET, NULL, 0, 0);
	assert_int_equal(config(h, PCI_BASE_ADDRESS_0, 4), 0);
	assert_int_equal(config(h, PCI_COMMAND, 2), 0);
}

static void test_registers(void **state)
{
	struct harness *h = *state;

	write_region(h, 0, HARNESS_REGS + 4, 0x12345678, 4, 0);
	assert_int_equal(h->regs[1], 0x12345678);
	h->regs[2] = 0xcafe0123;
	assert_int_equal(read_region(h, 0, HARNESS_REGS + 8, 4), 0xcafe0123);
	assert_int_equal(read_region(h, 0, HARNESS_REGS + 10, 2), 0xcafe);
	assert_int_equal(read_region(h, 0, HARNESS_REGS + 11, 1), 0xca);
	/* A 64-bit access is two of 32 bits. */
	assert_true(read_region(h, 0, HARNESS_REGS + 4, 8) == 0xcafe012312345678);
	write_region(h, 0, HARNESS_REGS + 16, 0x1122334455667788, 8, 0);
	assert_int_equal(h->regs[4], 0x55667788);
	assert_int_equal(h->regs[5], 0x11223344);
	/* Nothing there, nothing happens. */
	assert_int_equal(read_region(h, 0, 0x500000, 4), 0);
	write_region(h, 0, 0x500000, 1, 4, 0);
	assert_true(h->block.reads >= 4 && h->block.writes == 3);
}

static void test_mapped_ram_by_trap(void **state)
{
	struct harness *h = *state;

	write_region(h, 0, HARNESS_RAM + 0x10, 0xa5a55a5a, 4, 0);
	assert_int_equal(((uint32_t *)h->ram.ram)[4], 0xa5a55a5a);
	((uint32_t *)h->ram.ram)[5] = 0x76543210;
	assert_int_equal(read_region(h, 0, HARNESS_RAM + 0x16, 2), 0x7654);
}

static void test_region_ranges(void **state)
{
	static const struct vfu_region_access bad[] = {
		{ .region = 0, .offset = VC_VIRT_PERIPH_SIZE, .count = 4 },
		{ .region = 0, .offset = VC_VIRT_PERIPH_SIZE - 2, .count = 4 },
		{ .region = 0, .offset = UINT64_MAX - 1, .count = 4 },
		{ .region = 1, .offset = 0, .count = 4 },
		{ .region = 2, .offset = VC_VIRT_MSIX_SIZE, .count = 1 },
		{ .region = VFIO_PCI_CONFIG_REGION_INDEX, .offset = 254, .count = 4 },
		{ .region = 99, .offset = 0, .count = 4 },
		{ .region = 0, .offset = 0, .count = VFU_MAX_XFER + 1 },
		{ .region = 0, .offset = 0, .count = UINT32_MAX },
	};
	struct harness *h = *state;
	uint8_t payload[64];
	size_t i, len;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ask(h, VFU_REGION_READ, &bad[i], sizeof(bad[i]), EINVAL);
		len = bad[i].count <= 4 ? bad[i].count : 4;
		memcpy(payload, &bad[i], sizeof(bad[i]));
		memset(payload + sizeof(bad[i]), 0, 4);
		ask(h, VFU_REGION_WRITE, payload, sizeof(bad[i]) + len, EINVAL);
	}
	/* Count and data disagree. */
	len = put_write(payload, 0, HARNESS_REGS, 0xff, 4);
	ask(h, VFU_REGION_WRITE, payload, len - 1, EINVAL);
	assert_int_equal(h->regs[0], 0);
}

static void test_large_read(void **state)
{
	struct vfu_region_access access = { .offset = HARNESS_RAM, .count = HARNESS_RAM_SIZE };
	const uint8_t *got;
	struct harness *h = *state;

	memset(h->ram.ram, 0x3c, HARNESS_RAM_SIZE);
	got = ask(h, VFU_REGION_READ, &access, sizeof(access), 0);
	assert_int_equal(h->out_len, sizeof(struct vfu_header) + sizeof(access) + HARNESS_RAM_SIZE);
	assert_memory_equal(got + sizeof(access), h->ram.ram, HARNESS_RAM_SIZE);
}

static void test_posted_write(void **state)
{
	struct harness *h = *state;
	uint8_t payload[64];
	size_t len = put_write(payload, 0, HARNESS_REGS, 0x77, 4);

	len = put_frame(VFU_REGION_WRITE, VFU_NO_REPLY, payload, len);
	assert_int_equal(run_bytes(h, frame, len), 0);
	assert_int_equal(h->regs[0], 0x77);
	assert_int_equal(h->out_len, 0);
	/* Nor does a posted one that fails. */
	len = put_write(payload, 1, 0, 0x77, 4);
	len = put_frame(VFU_REGION_WRITE, VFU_NO_REPLY, payload, len);
	assert_int_equal(run_bytes(h, frame, len), 0);
	assert_int_equal(h->out_len, 0);
	assert_int_equal(h->stats.posted, 2);
	assert_int_equal(h->stats.errors, 1);
}

static void test_write_multi(void **state)
{
	struct {
		uint64_t count;
		struct vfu_multi_write write[VFU_MULTI_MAX + 1];
	} multi = { .count = 3 };
	struct harness *h = *state;
	uint32_t i;

	for (i = 0; i < 3; i++) {
		multi.write[i].access.offset = HARNESS_REGS + 4 * i;
		multi.write[i].access.count = 4;
		multi.write[i].data[0] = (uint8_t)(i + 1);
	}
	ask(h, VFU_REGION_WRITE_MULTI, &multi, 8 + 3 * sizeof(multi.write[0]), 0);
	assert_int_equal(h->regs[0], 1);
	assert_int_equal(h->regs[2], 3);

	/* More writes than came, more than allowed, more data than fits. */
	multi.count = 4;
	ask(h, VFU_REGION_WRITE_MULTI, &multi, 8 + 3 * sizeof(multi.write[0]), EINVAL);
	multi.count = VFU_MULTI_MAX + 1;
	ask(h, VFU_REGION_WRITE_MULTI, &multi, sizeof(multi), EINVAL);
	multi.count = UINT64_MAX / 24 + 1;
	ask(h, VFU_REGION_WRITE_MULTI, &multi, 8, EINVAL);
	multi.count = 1;
	multi.write[0].access.count = VFU_MULTI_DATA + 1;
	ask(h, VFU_REGION_WRITE_MULTI, &multi, 8 + sizeof(multi.write[0]), EINVAL);
}

/* -----------------------------------------------------------------------------
 * Memory
 */

static int memory(size_t size)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	return fd;
}

static void give_fd(struct harness *h, int fd)
{
	if (fd < 0)
		fail();
	h->fds[h->nr_fds] = dup(fd);
	assert_true(h->fds[h->nr_fds] >= 0);
	h->nr_fds++;
	h->fds_at = 0;
}

static struct vfu_dma_map dma_map(uint64_t addr, uint64_t size)
{
	return (struct vfu_dma_map){
		.argsz = sizeof(struct vfu_dma_map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.addr = addr,
		.size = size,
	};
}

static void *guest_at(struct harness *h, uint32_t bus, size_t len)
{
	struct vc_guest_view *view = vc_guest_view_get(h->guest);
	void *at = vc_guest_ptr(view, bus, len);

	vc_guest_view_put(view);
	return at;
}

static void test_dma_map(void **state)
{
	struct vfu_dma_unmap unmap = { .argsz = sizeof(unmap), .addr = VC_VIRT_RAM_BASE };
	struct vfu_dma_map map = dma_map(VC_VIRT_RAM_BASE, 4 * PAGE);
	struct harness *h = *state;
	int fd = memory(5 * PAGE);

	assert_int_equal(pwrite(fd, "hello", 5, PAGE), 5);
	map.offset = PAGE;
	give_fd(h, fd);
	ask(h, VFU_DMA_MAP, &map, sizeof(map), 0);
	assert_memory_equal(guest_at(h, 0xc0000000, 5), "hello", 5);
	/* The same again is a clash. */
	give_fd(h, fd);
	ask(h, VFU_DMA_MAP, &map, sizeof(map), EEXIST);

	unmap.size = 2 * PAGE;
	ask(h, VFU_DMA_UNMAP, &unmap, sizeof(unmap), EINVAL);
	unmap.size = 4 * PAGE;
	ask(h, VFU_DMA_UNMAP, &unmap, sizeof(unmap), 0);
	assert_null(guest_at(h, 0xc0000000, 5));
	/* Unmapping what was mapped without a file is fine. */
	ask(h, VFU_DMA_UNMAP, &unmap, sizeof(unmap), 0);
	close(fd);
}

static void test_dma_unmap_all(void **state)
{
	struct vfu_dma_unmap unmap = { .argsz = sizeof(unmap), .flags = VFIO_DMA_UNMAP_FLAG_ALL };
	struct vfu_dma_map map = dma_map(VC_VIRT_RAM_BASE, PAGE);
	struct harness *h = *state;
	int fd = memory(PAGE);

	give_fd(h, fd);
	ask(h, VFU_DMA_MAP, &map, sizeof(map), 0);
	ask(h, VFU_DMA_UNMAP, &unmap, sizeof(unmap), 0);
	assert_null(guest_at(h, 0xc0000000, 1));
	close(fd);
}

static void test_dma_map_bad(void **state)
{
	struct vfu_dma_map map = dma_map(VC_VIRT_RAM_BASE, 2 * PAGE);
	struct harness *h = *state;
	int fd = memory(PAGE), pipes[2];

	/* No file: noted, not reachable. */
	ask(h, VFU_DMA_MAP, &map, sizeof(map), 0);
	assert_null(guest_at(h, 0xc0000000, 1));
	/* A file that is shorter than the mapping would kill us on access. */
	give_fd(h, fd);
	ask(h, VFU_DMA_MAP, &map, sizeof(map), EINVAL);
	map.offset = UINT64_MAX - PAGE;
	give_fd(h, fd);
	ask(h, VFU_DMA_MAP, &map, sizeof(map), EINVAL);
	/* Two files, a pipe, unknown flags, no size. */
	map = dma_map(VC_VIRT_RAM_BASE, PAGE);
	give_fd(h, fd);
	give_fd(h, fd);
	ask(h, VFU_DMA_MAP, &map, sizeof(map), EINVAL);
	assert_int_equal(pipe(pipes), 0);
	give_fd(h, pipes[0]);
	ask(h, VFU_DMA_MAP, &map, sizeof(map), EINVAL);
	map.flags |= 0x100;
	give_fd(h, fd);
	ask(h, VFU_DMA_MAP, &map, sizeof(map), EINVAL);
	map = dma_map(VC_VIRT_RAM_BASE, 0);
	give_fd(h, fd);
	ask(h, VFU_DMA_MAP, &map, sizeof(map), EINVAL);
	assert_null(guest_at(h, 0xc0000000, 1));
	close(pipes[0]);
	close(pipes[1]);
	close(fd);
}

/* -----------------------------------------------------------------------------
 * Interrupts
 */

static void set_irqs(struct harness *h, uint32_t flags, uint32_t start, uint32_t count, int want)
{
	struct vfio_irq_set set = {
		.argsz = sizeof(set),
		.flags = flags,
		.index = VFIO_PCI_MSIX_IRQ_INDEX,
		.start = start,
		.count = count,
	};

	ask(h, VFU_DEVICE_SET_IRQS, &set, sizeof(set), want);
}

static uint64_t edges(int fd)
{
	uint64_t n = 0;

	return read(fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

#define SET_EVENTFD	(VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER)
#define SET_NONE	(VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER)

static void test_set_irqs(void **state)
{
	int a = eventfd(0, EFD_NONBLOCK), b = eventfd(0, EFD_NONBLOCK);
	struct harness *h = *state;

	give_fd(h, a);
	give_fd(h, b);
	set_irqs(h, SET_EVENTFD, 3, 2, 0);
	vc_irq_set(h->irq, 4, true);
	assert_int_equal(edges(a), 0);
	assert_int_equal(edges(b), 1);
	vc_irq_set(h->irq, 4, false);
	/* A trigger by hand. */
	set_irqs(h, SET_NONE, 3, 1, 0);
	assert_int_equal(edges(a), 1);
	assert_int_equal(edges(b), 0);
	/* No descriptors: these vectors have none any more. */
	set_irqs(h, SET_EVENTFD, 4, 1, 0);
	vc_irq_set(h->irq, 4, true);
	assert_int_equal(edges(b), 0);
	/* Trigger of nothing: the end of all of them. */
	set_irqs(h, SET_NONE, 0, 0, 0);
	vc_irq_set(h->irq, 3, true);
	assert_int_equal(edges(a), 0);
	close(a);
	close(b);
}

static void test_irq_mask(void **state)
{
	const uint32_t none = VFIO_IRQ_SET_DATA_NONE;
	struct harness *h = *state;
	int fd = eventfd(0, EFD_NONBLOCK);

	give_fd(h, fd);
	set_irqs(h, SET_EVENTFD, 0, 1, 0);
	set_irqs(h, none | VFIO_IRQ_SET_ACTION_MASK, 0, 1, 0);
	vc_irq_set(h->irq, 0, true);
	assert_int_equal(edges(fd), 0);
	set_irqs(h, none | VFIO_IRQ_SET_ACTION_UNMASK, 0, 1, 0);
	assert_int_equal(edges(fd), 1);
	close(fd);
}

static void test_irq_bool(void **state)
{
	static const uint8_t wanted[2] = { 0, 1 };
	struct vfio_irq_set set = {
		.argsz = sizeof(set) + sizeof(wanted),
		.flags = VFIO_IRQ_SET_DATA_BOOL | VFIO_IRQ_SET_ACTION_TRIGGER,
		.index = VFIO_PCI_MSIX_IRQ_INDEX,
		.count = 2,
	};
	uint8_t req[sizeof(set) + sizeof(wanted)];
	int a = eventfd(0, EFD_NONBLOCK), b = eventfd(0, EFD_NONBLOCK);
	struct harness *h = *state;

	memcpy(req, &set, sizeof(set));
	memcpy(req + sizeof(set), wanted, sizeof(wanted));
	give_fd(h, a);
	give_fd(h, b);
	set_irqs(h, SET_EVENTFD, 0, 2, 0);
	ask(h, VFU_DEVICE_SET_IRQS, req, sizeof(req), 0);
	assert_int_equal(edges(a), 0);
	assert_int_equal(edges(b), 1);
	ask(h, VFU_DEVICE_SET_IRQS, req, sizeof(req) - 1, EINVAL);
	close(a);
	close(b);
}

/* Every refused request gives its descriptors back to the system. */
static void test_set_irqs_bad(void **state)
{
	int fd = eventfd(0, EFD_NONBLOCK), probe, after;
	struct harness *h = *state;

	if (fd < 0)
		fail();
	probe = dup(fd);
	close(probe);
	give_fd(h, fd);
	set_irqs(h, SET_EVENTFD, 0, 2, EINVAL);
	give_fd(h, fd);
	set_irqs(h, SET_EVENTFD, VC_VIRT_IRQ_COUNT, 1, EINVAL);
	give_fd(h, fd);
	set_irqs(h, SET_EVENTFD, UINT32_MAX, 1, EINVAL);
	give_fd(h, fd);
	set_irqs(h, SET_NONE, 0, 1, EINVAL);
	give_fd(h, fd);
	set_irqs(h, VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_MASK, 0, 1, EINVAL);
	set_irqs(h, SET_EVENTFD | VFIO_IRQ_SET_DATA_NONE, 0, 1, EINVAL);
	set_irqs(h, VFIO_IRQ_SET_DATA_NONE, 0, 1, EINVAL);
	set_irqs(h, SET_NONE | 0x1000, 0, 1, EINVAL);
	after = dup(fd);
	assert_int_equal(after, probe);
	close(after);
	close(fd);
}

static void test_too_many_fds(void **state)
{
	struct harness *h = *state;
	size_t i;
	int fd = eventfd(0, EFD_NONBLOCK);

	for (i = 0; i < VFU_MAX_FDS + 1; i++)
		h->fds[i] = fd;
	h->nr_fds = VFU_MAX_FDS + 1;
	h->fds_at = 0;
	assert_int_equal(run(h, VFU_DEVICE_RESET, NULL, 0), -E2BIG);
	assert_non_null(strstr(vfu_session_error(h->session), "descriptors"));
	assert_int_equal(h->resets, 0);
	close(fd);
}

/* -----------------------------------------------------------------------------
 * Reset
 */

static void test_reset(void **state)
{
	struct vfu_dma_map map = dma_map(VC_VIRT_RAM_BASE, PAGE);
	struct harness *h = *state;
	int fd = memory(PAGE);

	give_fd(h, fd);
	ask(h, VFU_DMA_MAP, &map, sizeof(map), 0);
	h->regs[0] = 1;
	*(uint32_t *)h->ram.ram = 1;
	ask(h, VFU_DEVICE_RESET, NULL, 0, 0);
	assert_int_equal(h->resets, 1);
	assert_int_equal(h->reset_calls, 1);
	assert_int_equal(h->regs[0], 0);
	assert_int_equal(*(uint32_t *)h->ram.ram, 0);
	/* Its memory is the client's business. */
	assert_non_null(guest_at(h, 0xc0000000, PAGE));
	close(fd);
}

static void test_disconnect(void **state)
{
	struct vfu_dma_map map = dma_map(VC_VIRT_RAM_BASE, PAGE);
	struct harness *h = *state;
	int fd = memory(PAGE), vector = eventfd(0, EFD_NONBLOCK);

	give_fd(h, fd);
	ask(h, VFU_DMA_MAP, &map, sizeof(map), 0);
	give_fd(h, vector);
	set_irqs(h, SET_EVENTFD, 0, 1, 0);
	vfu_device_disconnect(h->dev);
	assert_int_equal(h->resets, 1);
	assert_null(guest_at(h, 0xc0000000, 1));
	vc_irq_set(h->irq, 0, true);
	assert_int_equal(edges(vector), 0);
	close(vector);
	close(fd);
}

#define NEW(fn)		cmocka_unit_test_setup_teardown(fn, setup, teardown)
#define READY(fn)	cmocka_unit_test_setup_teardown(fn, setup_negotiated, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		NEW(test_version),
		NEW(test_version_minor),
		NEW(test_version_refused),
		NEW(test_version_first),
		NEW(test_bad_headers),
		NEW(test_truncated),
		NEW(test_closed),
		READY(test_byte_by_byte),
		READY(test_unknown_commands),
		READY(test_short_payloads),
		READY(test_slow_client),
		READY(test_device_info),
		READY(test_region_info),
		READY(test_region_mmap),
		NEW(test_region_no_fds),
		READY(test_region_io_fds),
		READY(test_irq_info),
		READY(test_config_identity),
		READY(test_config_write),
		READY(test_registers),
		READY(test_mapped_ram_by_trap),
		READY(test_region_ranges),
		READY(test_large_read),
		READY(test_posted_write),
		READY(test_write_multi),
		READY(test_dma_map),
		READY(test_dma_unmap_all),
		READY(test_dma_map_bad),
		READY(test_set_irqs),
		READY(test_irq_mask),
		READY(test_irq_bool),
		READY(test_set_irqs_bad),
		READY(test_too_many_fds),
		READY(test_reset),
		READY(test_disconnect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
