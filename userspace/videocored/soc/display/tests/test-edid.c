// SPDX-License-Identifier: GPL-2.0
/*
 * The built-in EDID and the monitor's DDC slaves.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "edid.h"

static uint8_t edid[VC_EDID_DEFAULT_LEN];

static int setup(void **state)
{
	vc_edid_default(edid);
	return 0;
}

static uint8_t sum(const uint8_t *block)
{
	uint8_t s = 0;
	unsigned int i;

	for (i = 0; i < 128; i++)
		s += block[i];
	return s;
}

static void test_checksums(void **state)
{
	assert_int_equal(sum(edid), 0);
	assert_int_equal(sum(edid + 128), 0);
	assert_true(vc_edid_is_valid(edid, sizeof(edid)));
}

static unsigned int clock_khz(const uint8_t *d)
{
	return (d[0] | d[1] << 8) * 10;
}

/* Preferred 1080p60, then 720p60, decoded by the standard's bit positions. */
static void test_timings(void **state)
{
	const uint8_t *d = &edid[54];

	assert_int_equal(clock_khz(d), 148500);
	assert_int_equal(d[2] | (d[4] & 0xf0) << 4, 1920);
	assert_int_equal(d[3] | (d[4] & 0x0f) << 8, 280);
	assert_int_equal(d[5] | (d[7] & 0xf0) << 4, 1080);
	assert_int_equal(d[6] | (d[7] & 0x0f) << 8, 45);
	assert_int_equal(d[8] | (d[11] & 0xc0) << 2, 88);
	d += 18;
	assert_int_equal(clock_khz(d), 74250);
	assert_int_equal(d[2] | (d[4] & 0xf0) << 4, 1280);
	assert_int_equal(d[5] | (d[7] & 0xf0) << 4, 720);
	assert_int_equal(d[3] | (d[4] & 0x0f) << 8, 370);
	assert_int_equal(d[6] | (d[7] & 0x0f) << 8, 30);
}

static void test_hdmi_sink(void **state)
{
	const uint8_t *cta = edid + 128;
	unsigned int at = 4;

	assert_int_equal(edid[126], 1);
	assert_int_equal(cta[0], 2);
	while (at < cta[2] && cta[at] >> 5 != 3)
		at += 1 + (cta[at] & 31);
	assert_true(at < cta[2]);
	assert_memory_equal(&cta[at + 1], "\x03\x0c\x00", 3);
}

static void test_name(void **state)
{
	assert_memory_equal(&edid[90], "\0\0\0\xfc\0VC-MEDIA\n", 14);
}

/* edid-decode knows the standards better than we do; only there if installed. */
static void test_edid_decode(void **state)
{
	char path[] = "/tmp/test-edid-XXXXXX", cmd[128];
	int fd;

	if (system("command -v edid-decode >/dev/null 2>&1"))
		skip();
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, edid, sizeof(edid)), sizeof(edid));
	close(fd);
	snprintf(cmd, sizeof(cmd), "edid-decode --check %s >/dev/null", path);
	assert_int_equal(system(cmd), 0);
	unlink(path);
}

static void test_invalid(void **state)
{
	uint8_t bad[VC_EDID_DEFAULT_LEN];

	memcpy(bad, edid, sizeof(bad));
	assert_false(vc_edid_is_valid(bad, 0));
	assert_false(vc_edid_is_valid(bad, 127));
	assert_false(vc_edid_is_valid(bad, 128));	/* one extension announced */
	bad[200]++;
	assert_false(vc_edid_is_valid(bad, sizeof(bad)));
	bad[200]--;
	bad[1] = 0;
	bad[127]--;
	assert_false(vc_edid_is_valid(bad, sizeof(bad)));
}

static void test_ddc(void **state)
{
	struct vc_ddc ddc = { .is_present = true, .len = sizeof(edid) };
	uint8_t offset = 128, buf[256];

	memcpy(ddc.edid, edid, sizeof(edid));
	assert_true(vc_ddc_write(&ddc, 0x50, &offset, 1));
	assert_true(vc_ddc_read(&ddc, 0x50, buf, 128));
	assert_memory_equal(buf, edid + 128, 128);
	/* the offset has wrapped */
	assert_true(vc_ddc_read(&ddc, 0x50, buf, 128));
	assert_memory_equal(buf, edid, 128);
	assert_false(vc_ddc_write(&ddc, 0x30, &offset, 1));
	assert_false(vc_ddc_read(&ddc, 0x37, buf, 1));
	ddc.is_present = false;
	assert_false(vc_ddc_write(&ddc, 0x50, &offset, 1));
	assert_false(vc_ddc_read(&ddc, 0x50, buf, 1));
}

static void test_segments(void **state)
{
	struct vc_ddc ddc = { .is_present = true, .len = 512 };
	uint8_t segment = 1, offset = 3, buf[2];

	ddc.edid[256 + 3] = 0x5a;
	assert_true(vc_ddc_write(&ddc, 0x30, &segment, 1));
	assert_true(vc_ddc_write(&ddc, 0x50, &offset, 1));
	assert_true(vc_ddc_read(&ddc, 0x50, buf, 1));
	assert_int_equal(buf[0], 0x5a);
	/* a stop forgets the segment */
	vc_ddc_stop(&ddc);
	assert_true(vc_ddc_write(&ddc, 0x50, &offset, 1));
	assert_true(vc_ddc_read(&ddc, 0x50, buf, 1));
	assert_int_equal(buf[0], 0);
	/* beyond the end */
	segment = 2;
	assert_true(vc_ddc_write(&ddc, 0x30, &segment, 1));
	assert_true(vc_ddc_read(&ddc, 0x50, buf, 1));
	assert_int_equal(buf[0], 0xff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_checksums, setup),
		cmocka_unit_test_setup(test_timings, setup),
		cmocka_unit_test_setup(test_hdmi_sink, setup),
		cmocka_unit_test_setup(test_name, setup),
		cmocka_unit_test_setup(test_edid_decode, setup),
		cmocka_unit_test_setup(test_invalid, setup),
		cmocka_unit_test_setup(test_ddc, setup),
		cmocka_unit_test_setup(test_segments, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
