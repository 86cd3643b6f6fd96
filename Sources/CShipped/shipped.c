// Written by scripts/embed-shipped.
#include "include/shipped.h"

static const unsigned char search_spaces_ds_cnn_audio_yaml[] = {
#embed "../../search-spaces/ds-cnn-audio.yaml"
};

static const unsigned char search_spaces_fbnet_yaml[] = {
#embed "../../search-spaces/fbnet.yaml"
};

static const unsigned char search_spaces_nas_bench_201_yaml[] = {
#embed "../../search-spaces/nas-bench-201.yaml"
};

static const unsigned char search_spaces_tiny_image_yaml[] = {
#embed "../../search-spaces/tiny-image.yaml"
};

static const unsigned char device_profiles_coral_edge_tpu_yaml[] = {
#embed "../../device-profiles/coral-edge-tpu.yaml"
};

static const unsigned char device_profiles_host_cpu_yaml[] = {
#embed "../../device-profiles/host-cpu.yaml"
};

static const unsigned char device_profiles_jetson_nano_yaml[] = {
#embed "../../device-profiles/jetson-nano.yaml"
};

static const unsigned char device_profiles_raspberry_pi_4_yaml[] = {
#embed "../../device-profiles/raspberry-pi-4.yaml"
};

static const unsigned char device_profiles_stm32h743_yaml[] = {
#embed "../../device-profiles/stm32h743.yaml"
};

static const unsigned char jobs_digits_quickstart_yaml[] = {
#embed "../../jobs/digits-quickstart.yaml"
};

static const struct shipped_file files[] = {
    {"search-spaces/ds-cnn-audio.yaml", search_spaces_ds_cnn_audio_yaml, sizeof search_spaces_ds_cnn_audio_yaml},
    {"search-spaces/fbnet.yaml", search_spaces_fbnet_yaml, sizeof search_spaces_fbnet_yaml},
    {"search-spaces/nas-bench-201.yaml", search_spaces_nas_bench_201_yaml, sizeof search_spaces_nas_bench_201_yaml},
    {"search-spaces/tiny-image.yaml", search_spaces_tiny_image_yaml, sizeof search_spaces_tiny_image_yaml},
    {"device-profiles/coral-edge-tpu.yaml", device_profiles_coral_edge_tpu_yaml, sizeof device_profiles_coral_edge_tpu_yaml},
    {"device-profiles/host-cpu.yaml", device_profiles_host_cpu_yaml, sizeof device_profiles_host_cpu_yaml},
    {"device-profiles/jetson-nano.yaml", device_profiles_jetson_nano_yaml, sizeof device_profiles_jetson_nano_yaml},
    {"device-profiles/raspberry-pi-4.yaml", device_profiles_raspberry_pi_4_yaml, sizeof device_profiles_raspberry_pi_4_yaml},
    {"device-profiles/stm32h743.yaml", device_profiles_stm32h743_yaml, sizeof device_profiles_stm32h743_yaml},
    {"jobs/digits-quickstart.yaml", jobs_digits_quickstart_yaml, sizeof jobs_digits_quickstart_yaml},
};

size_t shipped_file_count(void) { return sizeof files / sizeof files[0]; }

struct shipped_file shipped_file_at(size_t index) { return files[index]; }
