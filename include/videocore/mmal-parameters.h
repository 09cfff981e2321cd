/* SPDX-License-Identifier: GPL-2.0 */
/*
 * MMAL parameters: ids and payloads, without the 8 bytes of id and size.
 * Source: spec mmal.md section 9.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORE_MMAL_PARAMETERS_H
#define VIDEOCORE_MMAL_PARAMETERS_H

#include <videocore/mmal.h>

/* Common group. */
#define MMAL_PARAM_SUPPORTED_ENCODINGS		0x00001
#define MMAL_PARAM_URI				0x00002
#define MMAL_PARAM_CHANGE_EVENT_REQUEST		0x00003
#define MMAL_PARAM_ZERO_COPY			0x00004
#define MMAL_PARAM_BUFFER_REQUIREMENTS		0x00005
#define MMAL_PARAM_STATISTICS			0x00006
#define MMAL_PARAM_CORE_STATISTICS		0x00007
#define MMAL_PARAM_MEM_USAGE			0x00008
#define MMAL_PARAM_BUFFER_FLAG_FILTER		0x00009
#define MMAL_PARAM_LOGGING			0x0000c
#define MMAL_PARAM_SYSTEM_TIME			0x0000d
#define MMAL_PARAM_NO_IMAGE_PADDING		0x0000e

/* Camera group. */
#define MMAL_PARAM_THUMBNAIL_CONFIGURATION	0x10000
#define MMAL_PARAM_ROTATION			0x10002
#define MMAL_PARAM_EXIF_DISABLE			0x10003
#define MMAL_PARAM_AWB_MODE			0x10005
#define MMAL_PARAM_IMAGE_EFFECT			0x10006
#define MMAL_PARAM_COLOUR_EFFECT		0x10007
#define MMAL_PARAM_FLICKER_AVOID		0x10008
#define MMAL_PARAM_FLASH			0x10009
#define MMAL_PARAM_REDEYE			0x1000a
#define MMAL_PARAM_FOCUS			0x1000b
#define MMAL_PARAM_EXPOSURE_COMP		0x1000d	/* s32, sixths of a stop */
#define MMAL_PARAM_ZOOM				0x1000e
#define MMAL_PARAM_MIRROR			0x1000f
#define MMAL_PARAM_CAMERA_NUM			0x10010
#define MMAL_PARAM_CAPTURE			0x10011
#define MMAL_PARAM_EXPOSURE_MODE		0x10012
#define MMAL_PARAM_EXP_METERING_MODE		0x10013
#define MMAL_PARAM_CAMERA_CONFIG		0x10015
#define MMAL_PARAM_CAPTURE_STATUS		0x10016
#define MMAL_PARAM_JPEG_Q_FACTOR		0x10019
#define MMAL_PARAM_FRAME_RATE			0x1001a
#define MMAL_PARAM_USE_STC			0x1001b
#define MMAL_PARAM_CAMERA_INFO			0x1001c
#define MMAL_PARAM_VIDEO_STABILISATION		0x1001d
#define MMAL_PARAM_ENABLE_RAW_CAPTURE		0x1001f
#define MMAL_PARAM_CAPTURE_MODE			0x10023
#define MMAL_PARAM_FOCUS_REGIONS		0x10024
#define MMAL_PARAM_INPUT_CROP			0x10025
#define MMAL_PARAM_SENSOR_INFORMATION		0x10026
#define MMAL_PARAM_FIELD_OF_VIEW		0x10028
#define MMAL_PARAM_HIGH_DYNAMIC_RANGE		0x10029
#define MMAL_PARAM_DYNAMIC_RANGE_COMPRESSION	0x1002a
#define MMAL_PARAM_ALGORITHM_CONTROL		0x1002b
#define MMAL_PARAM_SHARPNESS			0x1002c
#define MMAL_PARAM_CONTRAST			0x1002d
#define MMAL_PARAM_BRIGHTNESS			0x1002e
#define MMAL_PARAM_SATURATION			0x1002f
#define MMAL_PARAM_ISO				0x10030
#define MMAL_PARAM_ANTISHAKE			0x10031
#define MMAL_PARAM_IMAGE_EFFECT_PARAMETERS	0x10032
#define MMAL_PARAM_CAMERA_BURST_CAPTURE		0x10033
#define MMAL_PARAM_CAMERA_MIN_ISO		0x10034
#define MMAL_PARAM_CAMERA_USE_CASE		0x10035
#define MMAL_PARAM_CAPTURE_STATS_PASS		0x10036
#define MMAL_PARAM_CAMERA_CUSTOM_SENSOR_CONFIG	0x10037
#define MMAL_PARAM_ZERO_SHUTTER_LAG		0x1003d
#define MMAL_PARAM_FPS_RANGE			0x1003e
#define MMAL_PARAM_CAPTURE_EXPOSURE_COMP	0x1003f
#define MMAL_PARAM_SW_SHARPEN_DISABLE		0x10040
#define MMAL_PARAM_SW_SATURATION_DISABLE	0x10042
#define MMAL_PARAM_SHUTTER_SPEED		0x10043
#define MMAL_PARAM_CUSTOM_AWB_GAINS		0x10044
#define MMAL_PARAM_CAMERA_SETTINGS		0x10045
#define MMAL_PARAM_PRIVACY_INDICATOR		0x10046
#define MMAL_PARAM_VIDEO_DENOISE		0x10047
#define MMAL_PARAM_STILLS_DENOISE		0x10048
#define MMAL_PARAM_ANNOTATE			0x10049
#define MMAL_PARAM_STEREOSCOPIC_MODE		0x1004a
#define MMAL_PARAM_JPEG_RESTART_INTERVAL	0x10050
#define MMAL_PARAM_RESIZE_PARAMS		0x10054
#define MMAL_PARAM_CROP				0x10055
#define MMAL_PARAM_ANALOG_GAIN			0x10059
#define MMAL_PARAM_DIGITAL_GAIN			0x1005a
#define MMAL_PARAM_JPEG_IJG_SCALING		0x10061

/* Video group. */
#define MMAL_PARAM_DISPLAYREGION		0x20000
#define MMAL_PARAM_PROFILE			0x20002
#define MMAL_PARAM_INTRAPERIOD			0x20003
#define MMAL_PARAM_RATECONTROL			0x20004
#define MMAL_PARAM_NALUNITFORMAT		0x20005
#define MMAL_PARAM_MINIMISE_FRAGMENTATION	0x20006
#define MMAL_PARAM_MB_ROWS_PER_SLICE		0x20007
#define MMAL_PARAM_VIDEO_REQUEST_I_FRAME	0x2000b
#define MMAL_PARAM_VIDEO_INTRA_REFRESH		0x2000c
#define MMAL_PARAM_VIDEO_IMMUTABLE_INPUT	0x2000d
#define MMAL_PARAM_VIDEO_BIT_RATE		0x2000e
#define MMAL_PARAM_VIDEO_FRAME_RATE		0x2000f
#define MMAL_PARAM_VIDEO_ENCODE_MIN_QUANT	0x20010
#define MMAL_PARAM_VIDEO_ENCODE_MAX_QUANT	0x20011
#define MMAL_PARAM_EXTRA_BUFFERS		0x20013
#define MMAL_PARAM_VIDEO_ALIGN_HORIZ		0x20014
#define MMAL_PARAM_VIDEO_ALIGN_VERT		0x20015
#define MMAL_PARAM_VIDEO_ENCODE_INITIAL_QUANT	0x20017
#define MMAL_PARAM_VIDEO_ENCODE_HEADER_ON_OPEN	0x20021
#define MMAL_PARAM_VIDEO_TIMESTAMP_FIFO		0x20024
#define MMAL_PARAM_VIDEO_DECODE_ERROR_CONCEALMENT 0x20025
#define MMAL_PARAM_VIDEO_ENCODE_INLINE_HEADER	0x2002a
#define MMAL_PARAM_VIDEO_ENCODE_SEI_ENABLE	0x2002b
#define MMAL_PARAM_VIDEO_ENCODE_INLINE_VECTORS	0x2002c
#define MMAL_PARAM_VIDEO_INTERLACE_TYPE		0x2002e
#define MMAL_PARAM_VIDEO_INTERPOLATE_TIMESTAMPS	0x2002f
#define MMAL_PARAM_VIDEO_ENCODE_SPS_TIMING	0x20030
#define MMAL_PARAM_VIDEO_ENCODE_HEADERS_WITH_FRAME 0x20036
#define MMAL_PARAM_VIDEO_VALIDATE_TIMESTAMPS	0x20037
#define MMAL_PARAM_VIDEO_STOP_ON_PAR_COLOUR_CHANGE 0x20038

/* INTERLACE_TYPE */
#define MMAL_INTERLACE_PROGRESSIVE		0
#define MMAL_INTERLACE_TOP_FIRST		3	/* fields interleaved */
#define MMAL_INTERLACE_BOTTOM_FIRST		4
#define MMAL_INTERLACE_MIXED			5

/* Numbers of H.264 in PROFILE. */
#define MMAL_PROFILE_H264_BASELINE		25
#define MMAL_PROFILE_H264_MAIN			26
#define MMAL_PROFILE_H264_HIGH			28
#define MMAL_PROFILE_H264_CONSTRAINED_BASELINE	32
#define MMAL_LEVEL_H264_1			17	/* then 1b, 1.1, ... */
#define MMAL_LEVEL_H264_51			32

/* RATECONTROL */
#define MMAL_RATECONTROL_DEFAULT		0
#define MMAL_RATECONTROL_VBR			1
#define MMAL_RATECONTROL_CBR			2

/* MIRROR. */
/* Of IMAGE_EFFECT_PARAMETERS, those that are not of a camera. */
#define MMAL_EFFECT_DEINTERLACE_DOUBLE		23
#define MMAL_EFFECT_DEINTERLACE_ADVANCED	24
#define MMAL_EFFECT_DEINTERLACE_FAST		25

enum mmal_mirror {
	MMAL_MIRROR_NONE	= 0,
	MMAL_MIRROR_VERTICAL	= 1,
	MMAL_MIRROR_HORIZONTAL	= 2,
	MMAL_MIRROR_BOTH	= 3,
};

/* EXPOSURE_MODE, of which there are more. */
#define MMAL_EXPOSURE_OFF			0
#define MMAL_EXPOSURE_AUTO			1

/* Value of CAMERA_NUM that powers the camera down. */
#define MMAL_CAMERA_NUM_OFF			0xffffffffu

#define MMAL_CAMERA_INFO_CAMERAS		4
#define MMAL_CAMERA_INFO_FLASHES		2

#define MMAL_CAMERA_FLASH_XENON			0
#define MMAL_CAMERA_FLASH_LED			1

struct mmal_camera_info_camera {
	__le32 port_id;
	__le32 max_width;
	__le32 max_height;
	__le32 lens_present;
	char name[16];
};

/** struct mmal_camera_info - payload of CAMERA_INFO, 144 bytes */
struct mmal_camera_info {
	__le32 num_cameras;
	__le32 num_flashes;
	struct mmal_camera_info_camera cameras[MMAL_CAMERA_INFO_CAMERAS];
	__le32 flashes[MMAL_CAMERA_INFO_FLASHES];
};

/** struct mmal_camera_config - payload of CAMERA_CONFIG, 40 bytes */
struct mmal_camera_config {
	__le32 max_stills_w;
	__le32 max_stills_h;
	__le32 stills_yuv422;
	__le32 one_shot_stills;
	__le32 max_preview_video_w;
	__le32 max_preview_video_h;
	__le32 num_preview_video_frames;
	__le32 stills_capture_circular_buffer_height;
	__le32 fast_preview_resume;
	__le32 use_stc_timestamp;	/* 0 zero, 1 raw STC, 2 zero-based STC */
};

/** struct mmal_camera_settings - payload of CAMERA_SETTINGS, 40 bytes */
struct mmal_camera_settings {
	__le32 exposure_us;
	struct mmal_rational analog_gain;
	struct mmal_rational digital_gain;
	struct mmal_rational awb_red;
	struct mmal_rational awb_blue;
	__le32 focus_position;
};

/** struct mmal_buffer_requirements - payload of BUFFER_REQUIREMENTS */
struct mmal_buffer_requirements {
	__le32 num_min;
	__le32 size_min;
	__le32 alignment_min;
	__le32 num_recommended;
	__le32 size_recommended;
};

/** struct mmal_port_statistics - payload of STATISTICS, 40 bytes */
struct mmal_port_statistics {
	__le32 buffers;
	__le32 frames;
	__le32 skipped;
	__le32 discarded;
	__le32 eos_seen;
	__le32 max_frame_bytes;
	__le32 total_bytes[2];	/* 64 bits, low word first */
	__le32 corrupt_mbs;
	__le32 padding;
};

struct mmal_fps_range {
	struct mmal_rational low;
	struct mmal_rational high;
};

_Static_assert(sizeof(struct mmal_camera_info) == 144, "CAMERA_INFO");
_Static_assert(sizeof(struct mmal_camera_config) == 40, "CAMERA_CONFIG");
_Static_assert(sizeof(struct mmal_camera_settings) == 40, "CAMERA_SETTINGS");
_Static_assert(sizeof(struct mmal_port_statistics) == 40, "STATISTICS");

#endif /* VIDEOCORE_MMAL_PARAMETERS_H */
