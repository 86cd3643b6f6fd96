// Written by scripts/embed-shipped.
#include "include/shipped.h"

static const unsigned char search_spaces_autoencoder_yaml[] = {
#embed "../../search-spaces/autoencoder.yaml"
};

static const unsigned char search_spaces_ds_cnn_64_yaml[] = {
#embed "../../search-spaces/ds-cnn-64.yaml"
};

static const unsigned char search_spaces_ds_cnn_audio_yaml[] = {
#embed "../../search-spaces/ds-cnn-audio.yaml"
};

static const unsigned char search_spaces_efficientnet_image_yaml[] = {
#embed "../../search-spaces/efficientnet-image.yaml"
};

static const unsigned char search_spaces_fbnet_yaml[] = {
#embed "../../search-spaces/fbnet.yaml"
};

static const unsigned char search_spaces_mcu_image_yaml[] = {
#embed "../../search-spaces/mcu-image.yaml"
};

static const unsigned char search_spaces_mlp_yaml[] = {
#embed "../../search-spaces/mlp.yaml"
};

static const unsigned char search_spaces_mobile_image_yaml[] = {
#embed "../../search-spaces/mobile-image.yaml"
};

static const unsigned char search_spaces_nas_bench_201_yaml[] = {
#embed "../../search-spaces/nas-bench-201.yaml"
};

static const unsigned char search_spaces_resnet_8_yaml[] = {
#embed "../../search-spaces/resnet-8.yaml"
};

static const unsigned char search_spaces_resnet_tiny_yaml[] = {
#embed "../../search-spaces/resnet-tiny.yaml"
};

static const unsigned char search_spaces_sensor_1d_yaml[] = {
#embed "../../search-spaces/sensor-1d.yaml"
};

static const unsigned char search_spaces_tiny_image_yaml[] = {
#embed "../../search-spaces/tiny-image.yaml"
};

static const unsigned char device_profiles_coral_dev_board_yaml[] = {
#embed "../../device-profiles/coral-dev-board.yaml"
};

static const unsigned char device_profiles_coral_edge_tpu_yaml[] = {
#embed "../../device-profiles/coral-edge-tpu.yaml"
};

static const unsigned char device_profiles_cortex_m55_ethos_u55_yaml[] = {
#embed "../../device-profiles/cortex-m55-ethos-u55.yaml"
};

static const unsigned char device_profiles_esp32_s3_yaml[] = {
#embed "../../device-profiles/esp32-s3.yaml"
};

static const unsigned char device_profiles_host_cpu_yaml[] = {
#embed "../../device-profiles/host-cpu.yaml"
};

static const unsigned char device_profiles_intel_cpu_avx2_yaml[] = {
#embed "../../device-profiles/intel-cpu-avx2.yaml"
};

static const unsigned char device_profiles_intel_cpu_vnni_yaml[] = {
#embed "../../device-profiles/intel-cpu-vnni.yaml"
};

static const unsigned char device_profiles_intel_integrated_gpu_yaml[] = {
#embed "../../device-profiles/intel-integrated-gpu.yaml"
};

static const unsigned char device_profiles_intel_npu_yaml[] = {
#embed "../../device-profiles/intel-npu.yaml"
};

static const unsigned char device_profiles_jetson_nano_tensorflow_yaml[] = {
#embed "../../device-profiles/jetson-nano-tensorflow.yaml"
};

static const unsigned char device_profiles_jetson_nano_yaml[] = {
#embed "../../device-profiles/jetson-nano.yaml"
};

static const unsigned char device_profiles_jetson_orin_nano_yaml[] = {
#embed "../../device-profiles/jetson-orin-nano.yaml"
};

static const unsigned char device_profiles_movidius_myriad_x_yaml[] = {
#embed "../../device-profiles/movidius-myriad-x.yaml"
};

static const unsigned char device_profiles_nrf5340_yaml[] = {
#embed "../../device-profiles/nrf5340.yaml"
};

static const unsigned char device_profiles_phone_adreno_640_yaml[] = {
#embed "../../device-profiles/phone-adreno-640.yaml"
};

static const unsigned char device_profiles_phone_cortex_a76_yaml[] = {
#embed "../../device-profiles/phone-cortex-a76.yaml"
};

static const unsigned char device_profiles_raspberry_pi_3_yaml[] = {
#embed "../../device-profiles/raspberry-pi-3.yaml"
};

static const unsigned char device_profiles_raspberry_pi_4_armnn_yaml[] = {
#embed "../../device-profiles/raspberry-pi-4-armnn.yaml"
};

static const unsigned char device_profiles_raspberry_pi_4_four_threads_yaml[] = {
#embed "../../device-profiles/raspberry-pi-4-four-threads.yaml"
};

static const unsigned char device_profiles_raspberry_pi_4_onnxruntime_yaml[] = {
#embed "../../device-profiles/raspberry-pi-4-onnxruntime.yaml"
};

static const unsigned char device_profiles_raspberry_pi_4_yaml[] = {
#embed "../../device-profiles/raspberry-pi-4.yaml"
};

static const unsigned char device_profiles_raspberry_pi_5_four_threads_yaml[] = {
#embed "../../device-profiles/raspberry-pi-5-four-threads.yaml"
};

static const unsigned char device_profiles_raspberry_pi_5_yaml[] = {
#embed "../../device-profiles/raspberry-pi-5.yaml"
};

static const unsigned char device_profiles_raspberry_pi_zero_2_w_yaml[] = {
#embed "../../device-profiles/raspberry-pi-zero-2-w.yaml"
};

static const unsigned char device_profiles_stm32f746_yaml[] = {
#embed "../../device-profiles/stm32f746.yaml"
};

static const unsigned char device_profiles_stm32h743_yaml[] = {
#embed "../../device-profiles/stm32h743.yaml"
};

static const unsigned char device_profiles_stm32l4r5_tflm_yaml[] = {
#embed "../../device-profiles/stm32l4r5-tflm.yaml"
};

static const unsigned char device_profiles_stm32l4r5_yaml[] = {
#embed "../../device-profiles/stm32l4r5.yaml"
};

static const unsigned char device_profiles_xeon_gold_6226_yaml[] = {
#embed "../../device-profiles/xeon-gold-6226.yaml"
};

static const unsigned char device_profiles_zcu102_yaml[] = {
#embed "../../device-profiles/zcu102.yaml"
};

static const unsigned char jobs_cifar10_yaml[] = {
#embed "../../jobs/cifar10.yaml"
};

static const unsigned char jobs_compress_existing_yaml[] = {
#embed "../../jobs/compress-existing.yaml"
};

static const unsigned char jobs_compression_study_speech_yaml[] = {
#embed "../../jobs/compression-study-speech.yaml"
};

static const unsigned char jobs_compression_study_yaml[] = {
#embed "../../jobs/compression-study.yaml"
};

static const unsigned char jobs_digits_quickstart_yaml[] = {
#embed "../../jobs/digits-quickstart.yaml"
};

static const unsigned char jobs_machine_failure_yaml[] = {
#embed "../../jobs/machine-failure.yaml"
};

static const unsigned char jobs_mnist_yaml[] = {
#embed "../../jobs/mnist.yaml"
};

static const unsigned char jobs_nas_bench_201_yaml[] = {
#embed "../../jobs/nas-bench-201.yaml"
};

static const unsigned char jobs_spoken_digits_yaml[] = {
#embed "../../jobs/spoken-digits.yaml"
};

static const unsigned char jobs_turbofan_life_yaml[] = {
#embed "../../jobs/turbofan-life.yaml"
};

static const unsigned char jobs_valve_anomaly_yaml[] = {
#embed "../../jobs/valve-anomaly.yaml"
};

static const struct shipped_file files[] = {
    {"search-spaces/autoencoder.yaml", search_spaces_autoencoder_yaml, sizeof search_spaces_autoencoder_yaml},
    {"search-spaces/ds-cnn-64.yaml", search_spaces_ds_cnn_64_yaml, sizeof search_spaces_ds_cnn_64_yaml},
    {"search-spaces/ds-cnn-audio.yaml", search_spaces_ds_cnn_audio_yaml, sizeof search_spaces_ds_cnn_audio_yaml},
    {"search-spaces/efficientnet-image.yaml", search_spaces_efficientnet_image_yaml, sizeof search_spaces_efficientnet_image_yaml},
    {"search-spaces/fbnet.yaml", search_spaces_fbnet_yaml, sizeof search_spaces_fbnet_yaml},
    {"search-spaces/mcu-image.yaml", search_spaces_mcu_image_yaml, sizeof search_spaces_mcu_image_yaml},
    {"search-spaces/mlp.yaml", search_spaces_mlp_yaml, sizeof search_spaces_mlp_yaml},
    {"search-spaces/mobile-image.yaml", search_spaces_mobile_image_yaml, sizeof search_spaces_mobile_image_yaml},
    {"search-spaces/nas-bench-201.yaml", search_spaces_nas_bench_201_yaml, sizeof search_spaces_nas_bench_201_yaml},
    {"search-spaces/resnet-8.yaml", search_spaces_resnet_8_yaml, sizeof search_spaces_resnet_8_yaml},
    {"search-spaces/resnet-tiny.yaml", search_spaces_resnet_tiny_yaml, sizeof search_spaces_resnet_tiny_yaml},
    {"search-spaces/sensor-1d.yaml", search_spaces_sensor_1d_yaml, sizeof search_spaces_sensor_1d_yaml},
    {"search-spaces/tiny-image.yaml", search_spaces_tiny_image_yaml, sizeof search_spaces_tiny_image_yaml},
    {"device-profiles/coral-dev-board.yaml", device_profiles_coral_dev_board_yaml, sizeof device_profiles_coral_dev_board_yaml},
    {"device-profiles/coral-edge-tpu.yaml", device_profiles_coral_edge_tpu_yaml, sizeof device_profiles_coral_edge_tpu_yaml},
    {"device-profiles/cortex-m55-ethos-u55.yaml", device_profiles_cortex_m55_ethos_u55_yaml, sizeof device_profiles_cortex_m55_ethos_u55_yaml},
    {"device-profiles/esp32-s3.yaml", device_profiles_esp32_s3_yaml, sizeof device_profiles_esp32_s3_yaml},
    {"device-profiles/host-cpu.yaml", device_profiles_host_cpu_yaml, sizeof device_profiles_host_cpu_yaml},
    {"device-profiles/intel-cpu-avx2.yaml", device_profiles_intel_cpu_avx2_yaml, sizeof device_profiles_intel_cpu_avx2_yaml},
    {"device-profiles/intel-cpu-vnni.yaml", device_profiles_intel_cpu_vnni_yaml, sizeof device_profiles_intel_cpu_vnni_yaml},
    {"device-profiles/intel-integrated-gpu.yaml", device_profiles_intel_integrated_gpu_yaml, sizeof device_profiles_intel_integrated_gpu_yaml},
    {"device-profiles/intel-npu.yaml", device_profiles_intel_npu_yaml, sizeof device_profiles_intel_npu_yaml},
    {"device-profiles/jetson-nano-tensorflow.yaml", device_profiles_jetson_nano_tensorflow_yaml, sizeof device_profiles_jetson_nano_tensorflow_yaml},
    {"device-profiles/jetson-nano.yaml", device_profiles_jetson_nano_yaml, sizeof device_profiles_jetson_nano_yaml},
    {"device-profiles/jetson-orin-nano.yaml", device_profiles_jetson_orin_nano_yaml, sizeof device_profiles_jetson_orin_nano_yaml},
    {"device-profiles/movidius-myriad-x.yaml", device_profiles_movidius_myriad_x_yaml, sizeof device_profiles_movidius_myriad_x_yaml},
    {"device-profiles/nrf5340.yaml", device_profiles_nrf5340_yaml, sizeof device_profiles_nrf5340_yaml},
    {"device-profiles/phone-adreno-640.yaml", device_profiles_phone_adreno_640_yaml, sizeof device_profiles_phone_adreno_640_yaml},
    {"device-profiles/phone-cortex-a76.yaml", device_profiles_phone_cortex_a76_yaml, sizeof device_profiles_phone_cortex_a76_yaml},
    {"device-profiles/raspberry-pi-3.yaml", device_profiles_raspberry_pi_3_yaml, sizeof device_profiles_raspberry_pi_3_yaml},
    {"device-profiles/raspberry-pi-4-armnn.yaml", device_profiles_raspberry_pi_4_armnn_yaml, sizeof device_profiles_raspberry_pi_4_armnn_yaml},
    {"device-profiles/raspberry-pi-4-four-threads.yaml", device_profiles_raspberry_pi_4_four_threads_yaml, sizeof device_profiles_raspberry_pi_4_four_threads_yaml},
    {"device-profiles/raspberry-pi-4-onnxruntime.yaml", device_profiles_raspberry_pi_4_onnxruntime_yaml, sizeof device_profiles_raspberry_pi_4_onnxruntime_yaml},
    {"device-profiles/raspberry-pi-4.yaml", device_profiles_raspberry_pi_4_yaml, sizeof device_profiles_raspberry_pi_4_yaml},
    {"device-profiles/raspberry-pi-5-four-threads.yaml", device_profiles_raspberry_pi_5_four_threads_yaml, sizeof device_profiles_raspberry_pi_5_four_threads_yaml},
    {"device-profiles/raspberry-pi-5.yaml", device_profiles_raspberry_pi_5_yaml, sizeof device_profiles_raspberry_pi_5_yaml},
    {"device-profiles/raspberry-pi-zero-2-w.yaml", device_profiles_raspberry_pi_zero_2_w_yaml, sizeof device_profiles_raspberry_pi_zero_2_w_yaml},
    {"device-profiles/stm32f746.yaml", device_profiles_stm32f746_yaml, sizeof device_profiles_stm32f746_yaml},
    {"device-profiles/stm32h743.yaml", device_profiles_stm32h743_yaml, sizeof device_profiles_stm32h743_yaml},
    {"device-profiles/stm32l4r5-tflm.yaml", device_profiles_stm32l4r5_tflm_yaml, sizeof device_profiles_stm32l4r5_tflm_yaml},
    {"device-profiles/stm32l4r5.yaml", device_profiles_stm32l4r5_yaml, sizeof device_profiles_stm32l4r5_yaml},
    {"device-profiles/xeon-gold-6226.yaml", device_profiles_xeon_gold_6226_yaml, sizeof device_profiles_xeon_gold_6226_yaml},
    {"device-profiles/zcu102.yaml", device_profiles_zcu102_yaml, sizeof device_profiles_zcu102_yaml},
    {"jobs/cifar10.yaml", jobs_cifar10_yaml, sizeof jobs_cifar10_yaml},
    {"jobs/compress-existing.yaml", jobs_compress_existing_yaml, sizeof jobs_compress_existing_yaml},
    {"jobs/compression-study-speech.yaml", jobs_compression_study_speech_yaml, sizeof jobs_compression_study_speech_yaml},
    {"jobs/compression-study.yaml", jobs_compression_study_yaml, sizeof jobs_compression_study_yaml},
    {"jobs/digits-quickstart.yaml", jobs_digits_quickstart_yaml, sizeof jobs_digits_quickstart_yaml},
    {"jobs/machine-failure.yaml", jobs_machine_failure_yaml, sizeof jobs_machine_failure_yaml},
    {"jobs/mnist.yaml", jobs_mnist_yaml, sizeof jobs_mnist_yaml},
    {"jobs/nas-bench-201.yaml", jobs_nas_bench_201_yaml, sizeof jobs_nas_bench_201_yaml},
    {"jobs/spoken-digits.yaml", jobs_spoken_digits_yaml, sizeof jobs_spoken_digits_yaml},
    {"jobs/turbofan-life.yaml", jobs_turbofan_life_yaml, sizeof jobs_turbofan_life_yaml},
    {"jobs/valve-anomaly.yaml", jobs_valve_anomaly_yaml, sizeof jobs_valve_anomaly_yaml},
};

size_t shipped_file_count(void) { return sizeof files / sizeof files[0]; }

struct shipped_file shipped_file_at(size_t index) { return files[index]; }
