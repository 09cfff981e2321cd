// SPDX-License-Identifier: GPL-2.0
/*
 * Pixel formats: sizes for V4L2, sizes for the firmware, and what both agree on.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <kunit/test.h>

#include "../camera_formats.c"

#define ALL_FORMATS	GENMASK(ARRAY_SIZE(vc_camera_format_table) - 1, 0)
#define MAX_WIDTH	3280u
#define MAX_HEIGHT	2464u

struct layout_case {
	const char *name;
	u32 fourcc;
	u32 width;
	u32 bytesperline;
	u32 sizeimage;
};

/* Of 100 lines. Chroma lines of three-plane formats are a multiple of 32, too. */
static const struct layout_case layout_cases[] = {
	{ "YU12", V4L2_PIX_FMT_YUV420, 640, 640, 96000 },
	{ "YU12 of odd width", V4L2_PIX_FMT_YUV420, 642, 704, 105600 },
	{ "NV12", V4L2_PIX_FMT_NV12, 642, 672, 100800 },
	{ "YUYV", V4L2_PIX_FMT_YUYV, 642, 1344, 134400 },
	{ "RGB3", V4L2_PIX_FMT_RGB24, 642, 2016, 201600 },
	{ "RGB4", V4L2_PIX_FMT_RGBX32, 642, 2688, 268800 },
	{ "RGBP", V4L2_PIX_FMT_RGB565, 642, 1344, 134400 },
	{ "H264", V4L2_PIX_FMT_H264, 642, 0, SZ_512K },
	{ "MJPG", V4L2_PIX_FMT_MJPEG, 642, 0, SZ_128K },
	{ "JPEG", V4L2_PIX_FMT_JPEG, 2642, 0, 264200 },
};

KUNIT_ARRAY_PARAM_DESC(camera_formats_layout, layout_cases, name);

static void camera_formats_test_layout(struct kunit *test)
{
	const struct layout_case *param = test->param_value;
	struct v4l2_pix_format pix = { .width = param->width, .height = 100 };
	const struct vc_camera_format *format;

	format = vc_camera_format_by_fourcc(ALL_FORMATS, param->fourcc);
	KUNIT_ASSERT_NOT_NULL(test, format);
	vc_camera_format_fill(&pix, format, MAX_WIDTH, MAX_HEIGHT);
	KUNIT_EXPECT_EQ(test, pix.pixelformat, param->fourcc);
	KUNIT_EXPECT_EQ(test, pix.width, param->width);
	KUNIT_EXPECT_EQ(test, pix.bytesperline, param->bytesperline);
	KUNIT_EXPECT_EQ(test, pix.sizeimage, param->sizeimage);
}

struct size_case {
	const char *name;
	u32 width;
	u32 height;
	u32 expected_width;
	u32 expected_height;
};

static const struct size_case size_cases[] = {
	{ "what was asked for", 1280, 720, 1280, 720 },
	{ "odd", 1281, 721, 1280, 720 },
	{ "nothing", 0, 0, VC_CAMERA_MIN_SIZE, VC_CAMERA_MIN_SIZE },
	{ "too small", 31, 1, VC_CAMERA_MIN_SIZE, VC_CAMERA_MIN_SIZE },
	{ "largest", MAX_WIDTH, MAX_HEIGHT, MAX_WIDTH, MAX_HEIGHT },
	{ "too large", MAX_WIDTH + 1, U32_MAX, MAX_WIDTH, MAX_HEIGHT },
	{ "negative", -16, -16, MAX_WIDTH, MAX_HEIGHT },
};

KUNIT_ARRAY_PARAM_DESC(camera_formats_size, size_cases, name);

static void camera_formats_test_size(struct kunit *test)
{
	const struct size_case *param = test->param_value;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vc_camera_format_table); i++) {
		struct v4l2_pix_format pix = {
			.width = param->width,
			.height = param->height,
			.bytesperline = 1,
			.sizeimage = 1,
		};

		vc_camera_format_fill(&pix, &vc_camera_format_table[i], MAX_WIDTH, MAX_HEIGHT);
		if (vc_camera_format_table[i].coder == VC_CAMERA_VIDEO_ENCODER) {
			KUNIT_EXPECT_EQ(test, pix.width, min(param->expected_width, 1920u));
			KUNIT_EXPECT_EQ(test, pix.height, min(param->expected_height, 1080u));
		} else {
			KUNIT_EXPECT_EQ(test, pix.width, param->expected_width);
			KUNIT_EXPECT_EQ(test, pix.height, param->expected_height);
		}
		if (!vc_camera_format_table[i].bytes)
			continue;
		KUNIT_EXPECT_GE(test, pix.bytesperline, pix.width);
		KUNIT_EXPECT_GE(test, pix.sizeimage, pix.bytesperline * pix.height);
	}
}

/* A size that was filled in is taken as it is. */
static void camera_formats_test_stable(struct kunit *test)
{
	struct v4l2_pix_format first = { .width = 1001, .height = 777 };
	struct v4l2_pix_format again;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vc_camera_format_table); i++) {
		vc_camera_format_fill(&first, &vc_camera_format_table[i], MAX_WIDTH, MAX_HEIGHT);
		again = first;
		vc_camera_format_fill(&again, &vc_camera_format_table[i], MAX_WIDTH, MAX_HEIGHT);
		KUNIT_EXPECT_MEMEQ(test, &again, &first, sizeof(first));
	}
}

/* The firmware counts its stride in pixels: it must come to the same bytes. */
static void camera_formats_test_to_mmal(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vc_camera_format_table); i++) {
		const struct vc_camera_format *format = &vc_camera_format_table[i];
		struct v4l2_pix_format pix = { .width = 1002, .height = 776 };
		struct vc_mmal_format mmal;

		vc_camera_format_fill(&pix, format, MAX_WIDTH, MAX_HEIGHT);
		vc_camera_format_to_mmal(&pix, format, &mmal);
		if (format->bytes) {
			KUNIT_EXPECT_EQ(test, mmal.encoding, format->encoding);
			KUNIT_EXPECT_EQ(test, mmal.width * format->bytes, pix.bytesperline);
		} else {
			KUNIT_EXPECT_EQ(test, mmal.encoding, MMAL_ENCODING_OPAQUE);
			KUNIT_EXPECT_EQ(test, mmal.height, 784);
		}
		KUNIT_EXPECT_EQ(test, mmal.width % 32, 0);
		KUNIT_EXPECT_EQ(test, mmal.crop.width, 1002);
		KUNIT_EXPECT_EQ(test, mmal.crop.height, 776);
	}
}

static void camera_formats_test_supported(struct kunit *test)
{
	const __le32 encodings[] = {
		cpu_to_le32(MMAL_ENCODING_OPAQUE),
		cpu_to_le32(MMAL_ENCODING_NV12),
		cpu_to_le32(MMAL_ENCODING_RGB16),
		cpu_to_le32(MMAL_ENCODING_NV12),
	};
	const __le32 coded = cpu_to_le32(MMAL_ENCODING_MJPEG);
	u32 formats = vc_camera_formats_supported(VC_CAMERA_RAW, encodings,
						  ARRAY_SIZE(encodings));

	KUNIT_EXPECT_EQ(test, vc_camera_formats_supported(VC_CAMERA_RAW, encodings, 1), 0);
	KUNIT_EXPECT_EQ(test, vc_camera_formats_supported(VC_CAMERA_RAW, &coded, 1), 0);
	KUNIT_EXPECT_EQ(test, vc_camera_formats_supported(VC_CAMERA_IMAGE_ENCODER, &coded, 1), 0);
	KUNIT_EXPECT_EQ(test, hweight32(vc_camera_formats_supported(VC_CAMERA_VIDEO_ENCODER,
								    &coded, 1)), 1);
	KUNIT_EXPECT_EQ(test, hweight32(formats), 2);
	KUNIT_EXPECT_NOT_NULL(test, vc_camera_format_by_fourcc(formats, V4L2_PIX_FMT_NV12));
	KUNIT_EXPECT_NULL(test, vc_camera_format_by_fourcc(formats, V4L2_PIX_FMT_NV21));
	KUNIT_EXPECT_PTR_EQ(test, vc_camera_format_by_index(formats, 1),
			    vc_camera_format_by_fourcc(formats, V4L2_PIX_FMT_RGB565));
	KUNIT_EXPECT_NULL(test, vc_camera_format_by_index(formats, 2));
	KUNIT_EXPECT_NULL(test, vc_camera_format_by_index(0, 0));
	KUNIT_EXPECT_NULL(test, vc_camera_format_by_index(formats, U32_MAX));
}

static struct kunit_case camera_formats_cases[] = {
	KUNIT_CASE_PARAM(camera_formats_test_layout, camera_formats_layout_gen_params),
	KUNIT_CASE_PARAM(camera_formats_test_size, camera_formats_size_gen_params),
	KUNIT_CASE(camera_formats_test_stable),
	KUNIT_CASE(camera_formats_test_to_mmal),
	KUNIT_CASE(camera_formats_test_supported),
	{}
};

static struct kunit_suite camera_formats_suite = {
	.name = "camera_formats",
	.test_cases = camera_formats_cases,
};

kunit_test_suite(camera_formats_suite);

MODULE_DESCRIPTION("KUnit suites of the camera driver");
MODULE_LICENSE("GPL");
