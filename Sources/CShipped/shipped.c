// Written by scripts/embed-shipped.
#include "include/shipped.h"
#pragma clang diagnostic ignored "-Wc23-extensions"

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

static const unsigned char device_profiles_amd_epyc_7742_ncnn_yaml[] = {
#embed "../../device-profiles/amd-epyc-7742-ncnn.yaml"
};

static const unsigned char device_profiles_amd_ryzen_5700g_ncnn_yaml[] = {
#embed "../../device-profiles/amd-ryzen-5700g-ncnn.yaml"
};

static const unsigned char device_profiles_amd_ryzen_5950x_ncnn_yaml[] = {
#embed "../../device-profiles/amd-ryzen-5950x-ncnn.yaml"
};

static const unsigned char device_profiles_amd_ryzen_v1605b_gpu_ncnn_yaml[] = {
#embed "../../device-profiles/amd-ryzen-v1605b-gpu-ncnn.yaml"
};

static const unsigned char device_profiles_amd_ryzen_v1605b_ncnn_yaml[] = {
#embed "../../device-profiles/amd-ryzen-v1605b-ncnn.yaml"
};

static const unsigned char device_profiles_amd_threadripper_3970x_ncnn_yaml[] = {
#embed "../../device-profiles/amd-threadripper-3970x-ncnn.yaml"
};

static const unsigned char device_profiles_amlogic_s805_ncnn_yaml[] = {
#embed "../../device-profiles/amlogic-s805-ncnn.yaml"
};

static const unsigned char device_profiles_axera_ax630c_ncnn_yaml[] = {
#embed "../../device-profiles/axera-ax630c-ncnn.yaml"
};

static const unsigned char device_profiles_azure_d64as_v7_ncnn_yaml[] = {
#embed "../../device-profiles/azure-d64as-v7-ncnn.yaml"
};

static const unsigned char device_profiles_azure_d64s_v6_ncnn_yaml[] = {
#embed "../../device-profiles/azure-d64s-v6-ncnn.yaml"
};

static const unsigned char device_profiles_banana_pi_m2_zero_ncnn_four_threads_yaml[] = {
#embed "../../device-profiles/banana-pi-m2-zero-ncnn-four-threads.yaml"
};

static const unsigned char device_profiles_banana_pi_m2_zero_ncnn_yaml[] = {
#embed "../../device-profiles/banana-pi-m2-zero-ncnn.yaml"
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

static const unsigned char device_profiles_dimensity_9300_gpu_ncnn_yaml[] = {
#embed "../../device-profiles/dimensity-9300-gpu-ncnn.yaml"
};

static const unsigned char device_profiles_dimensity_9300_ncnn_yaml[] = {
#embed "../../device-profiles/dimensity-9300-ncnn.yaml"
};

static const unsigned char device_profiles_eaidk_310_rk3228h_ncnn_yaml[] = {
#embed "../../device-profiles/eaidk-310-rk3228h-ncnn.yaml"
};

static const unsigned char device_profiles_esp32_s3_yaml[] = {
#embed "../../device-profiles/esp32-s3.yaml"
};

static const unsigned char device_profiles_generic_cortex_a53_yaml[] = {
#embed "../../device-profiles/generic-cortex-a53.yaml"
};

static const unsigned char device_profiles_generic_cortex_a7_yaml[] = {
#embed "../../device-profiles/generic-cortex-a7.yaml"
};

static const unsigned char device_profiles_generic_cortex_a72_yaml[] = {
#embed "../../device-profiles/generic-cortex-a72.yaml"
};

static const unsigned char device_profiles_generic_cortex_a76_yaml[] = {
#embed "../../device-profiles/generic-cortex-a76.yaml"
};

static const unsigned char device_profiles_generic_cortex_x_yaml[] = {
#embed "../../device-profiles/generic-cortex-x.yaml"
};

static const unsigned char device_profiles_generic_desktop_gpu_yaml[] = {
#embed "../../device-profiles/generic-desktop-gpu.yaml"
};

static const unsigned char device_profiles_generic_jetson_yaml[] = {
#embed "../../device-profiles/generic-jetson.yaml"
};

static const unsigned char device_profiles_generic_mobile_gpu_yaml[] = {
#embed "../../device-profiles/generic-mobile-gpu.yaml"
};

static const unsigned char device_profiles_generic_ncnn_cpu_threads_yaml[] = {
#embed "../../device-profiles/generic-ncnn-cpu-threads.yaml"
};

static const unsigned char device_profiles_generic_ncnn_cpu_yaml[] = {
#embed "../../device-profiles/generic-ncnn-cpu.yaml"
};

static const unsigned char device_profiles_generic_ncnn_gpu_yaml[] = {
#embed "../../device-profiles/generic-ncnn-gpu.yaml"
};

static const unsigned char device_profiles_generic_npu_yaml[] = {
#embed "../../device-profiles/generic-npu.yaml"
};

static const unsigned char device_profiles_generic_vpu_yaml[] = {
#embed "../../device-profiles/generic-vpu.yaml"
};

static const unsigned char device_profiles_generic_x86_avx2_yaml[] = {
#embed "../../device-profiles/generic-x86-avx2.yaml"
};

static const unsigned char device_profiles_generic_x86_avx512_yaml[] = {
#embed "../../device-profiles/generic-x86-avx512.yaml"
};

static const unsigned char device_profiles_generic_x86_sse_yaml[] = {
#embed "../../device-profiles/generic-x86-sse.yaml"
};

static const unsigned char device_profiles_host_cpu_yaml[] = {
#embed "../../device-profiles/host-cpu.yaml"
};

static const unsigned char device_profiles_intel_atom_x5_z8350_gpu_ncnn_yaml[] = {
#embed "../../device-profiles/intel-atom-x5-z8350-gpu-ncnn.yaml"
};

static const unsigned char device_profiles_intel_atom_x5_z8350_ncnn_yaml[] = {
#embed "../../device-profiles/intel-atom-x5-z8350-ncnn.yaml"
};

static const unsigned char device_profiles_intel_cpu_avx2_yaml[] = {
#embed "../../device-profiles/intel-cpu-avx2.yaml"
};

static const unsigned char device_profiles_intel_cpu_vnni_yaml[] = {
#embed "../../device-profiles/intel-cpu-vnni.yaml"
};

static const unsigned char device_profiles_intel_i7_7700k_gpu_ncnn_yaml[] = {
#embed "../../device-profiles/intel-i7-7700k-gpu-ncnn.yaml"
};

static const unsigned char device_profiles_intel_i7_7700k_ncnn_yaml[] = {
#embed "../../device-profiles/intel-i7-7700k-ncnn.yaml"
};

static const unsigned char device_profiles_intel_integrated_gpu_yaml[] = {
#embed "../../device-profiles/intel-integrated-gpu.yaml"
};

static const unsigned char device_profiles_intel_npu_yaml[] = {
#embed "../../device-profiles/intel-npu.yaml"
};

static const unsigned char device_profiles_intel_uhd_770_ncnn_yaml[] = {
#embed "../../device-profiles/intel-uhd-770-ncnn.yaml"
};

static const unsigned char device_profiles_intel_xeon_w_2233_openvino_yaml[] = {
#embed "../../device-profiles/intel-xeon-w-2233-openvino.yaml"
};

static const unsigned char device_profiles_iphone_5s_gpu_ncnn_yaml[] = {
#embed "../../device-profiles/iphone-5s-gpu-ncnn.yaml"
};

static const unsigned char device_profiles_iphone_5s_ncnn_yaml[] = {
#embed "../../device-profiles/iphone-5s-ncnn.yaml"
};

static const unsigned char device_profiles_jetson_agx_orin_yaml[] = {
#embed "../../device-profiles/jetson-agx-orin.yaml"
};

static const unsigned char device_profiles_jetson_agx_xavier_gpu_ncnn_yaml[] = {
#embed "../../device-profiles/jetson-agx-xavier-gpu-ncnn.yaml"
};

static const unsigned char device_profiles_jetson_agx_xavier_ncnn_two_threads_yaml[] = {
#embed "../../device-profiles/jetson-agx-xavier-ncnn-two-threads.yaml"
};

static const unsigned char device_profiles_jetson_agx_xavier_ncnn_yaml[] = {
#embed "../../device-profiles/jetson-agx-xavier-ncnn.yaml"
};

static const unsigned char device_profiles_jetson_agx_xavier_yaml[] = {
#embed "../../device-profiles/jetson-agx-xavier.yaml"
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

static const unsigned char device_profiles_jetson_tx2_nx_gpu_ncnn_yaml[] = {
#embed "../../device-profiles/jetson-tx2-nx-gpu-ncnn.yaml"
};

static const unsigned char device_profiles_jetson_tx2_nx_ncnn_six_threads_yaml[] = {
#embed "../../device-profiles/jetson-tx2-nx-ncnn-six-threads.yaml"
};

static const unsigned char device_profiles_jetson_tx2_nx_ncnn_yaml[] = {
#embed "../../device-profiles/jetson-tx2-nx-ncnn.yaml"
};

static const unsigned char device_profiles_jetson_tx2_yaml[] = {
#embed "../../device-profiles/jetson-tx2.yaml"
};

static const unsigned char device_profiles_jetson_xavier_nx_yaml[] = {
#embed "../../device-profiles/jetson-xavier-nx.yaml"
};

static const unsigned char device_profiles_kirin_970_gpu_ncnn_yaml[] = {
#embed "../../device-profiles/kirin-970-gpu-ncnn.yaml"
};

static const unsigned char device_profiles_kirin_970_ncnn_yaml[] = {
#embed "../../device-profiles/kirin-970-ncnn.yaml"
};

static const unsigned char device_profiles_kunpeng_920_2251k_ncnn_yaml[] = {
#embed "../../device-profiles/kunpeng-920-2251k-ncnn.yaml"
};

static const unsigned char device_profiles_kunpeng_920_7260_ncnn_yaml[] = {
#embed "../../device-profiles/kunpeng-920-7260-ncnn.yaml"
};

static const unsigned char device_profiles_lichee_pi_4a_th1520_gpu_ncnn_yaml[] = {
#embed "../../device-profiles/lichee-pi-4a-th1520-gpu-ncnn.yaml"
};

static const unsigned char device_profiles_lichee_pi_4a_th1520_ncnn_yaml[] = {
#embed "../../device-profiles/lichee-pi-4a-th1520-ncnn.yaml"
};

static const unsigned char device_profiles_loongson_2k1000_ncnn_yaml[] = {
#embed "../../device-profiles/loongson-2k1000-ncnn.yaml"
};

static const unsigned char device_profiles_loongson_2k1000la_ncnn_yaml[] = {
#embed "../../device-profiles/loongson-2k1000la-ncnn.yaml"
};

static const unsigned char device_profiles_loongson_2k2000_ncnn_yaml[] = {
#embed "../../device-profiles/loongson-2k2000-ncnn.yaml"
};

static const unsigned char device_profiles_loongson_3a3000_ncnn_yaml[] = {
#embed "../../device-profiles/loongson-3a3000-ncnn.yaml"
};

static const unsigned char device_profiles_loongson_3a4000_ncnn_yaml[] = {
#embed "../../device-profiles/loongson-3a4000-ncnn.yaml"
};

static const unsigned char device_profiles_loongson_3a6000_ncnn_yaml[] = {
#embed "../../device-profiles/loongson-3a6000-ncnn.yaml"
};

static const unsigned char device_profiles_macbook_pro_2019_gpu_ncnn_yaml[] = {
#embed "../../device-profiles/macbook-pro-2019-gpu-ncnn.yaml"
};

static const unsigned char device_profiles_macbook_pro_2019_ncnn_yaml[] = {
#embed "../../device-profiles/macbook-pro-2019-ncnn.yaml"
};

static const unsigned char device_profiles_milk_v_duo_s_sg2000_ncnn_yaml[] = {
#embed "../../device-profiles/milk-v-duo-s-sg2000-ncnn.yaml"
};

static const unsigned char device_profiles_movidius_myriad_x_yaml[] = {
#embed "../../device-profiles/movidius-myriad-x.yaml"
};

static const unsigned char device_profiles_myir_remipi_rzg2l_ncnn_yaml[] = {
#embed "../../device-profiles/myir-remipi-rzg2l-ncnn.yaml"
};

static const unsigned char device_profiles_nrf5340_yaml[] = {
#embed "../../device-profiles/nrf5340.yaml"
};

static const unsigned char device_profiles_nvidia_rtx_2080_ncnn_yaml[] = {
#embed "../../device-profiles/nvidia-rtx-2080-ncnn.yaml"
};

static const unsigned char device_profiles_nvidia_rtx_3060_ti_ncnn_yaml[] = {
#embed "../../device-profiles/nvidia-rtx-3060-ti-ncnn.yaml"
};

static const unsigned char device_profiles_nvidia_rtx_a3000_ncnn_yaml[] = {
#embed "../../device-profiles/nvidia-rtx-a3000-ncnn.yaml"
};

static const unsigned char device_profiles_nvidia_v100_ncnn_yaml[] = {
#embed "../../device-profiles/nvidia-v100-ncnn.yaml"
};

static const unsigned char device_profiles_orange_pi_4_lts_ncnn_yaml[] = {
#embed "../../device-profiles/orange-pi-4-lts-ncnn.yaml"
};

static const unsigned char device_profiles_orange_pi_5_ncnn_yaml[] = {
#embed "../../device-profiles/orange-pi-5-ncnn.yaml"
};

static const unsigned char device_profiles_orange_pi_5_plus_ncnn_yaml[] = {
#embed "../../device-profiles/orange-pi-5-plus-ncnn.yaml"
};

static const unsigned char device_profiles_orange_pi_cm4_ncnn_four_threads_yaml[] = {
#embed "../../device-profiles/orange-pi-cm4-ncnn-four-threads.yaml"
};

static const unsigned char device_profiles_orange_pi_cm4_ncnn_yaml[] = {
#embed "../../device-profiles/orange-pi-cm4-ncnn.yaml"
};

static const unsigned char device_profiles_phone_adreno_640_yaml[] = {
#embed "../../device-profiles/phone-adreno-640.yaml"
};

static const unsigned char device_profiles_phone_cortex_a76_yaml[] = {
#embed "../../device-profiles/phone-cortex-a76.yaml"
};

static const unsigned char device_profiles_phytium_ft_2000_4_ncnn_yaml[] = {
#embed "../../device-profiles/phytium-ft-2000-4-ncnn.yaml"
};

static const unsigned char device_profiles_phytium_ft_2000_plus_ncnn_yaml[] = {
#embed "../../device-profiles/phytium-ft-2000-plus-ncnn.yaml"
};

static const unsigned char device_profiles_phytium_pi_ncnn_yaml[] = {
#embed "../../device-profiles/phytium-pi-ncnn.yaml"
};

static const unsigned char device_profiles_radxa_orion_o6_gpu_ncnn_yaml[] = {
#embed "../../device-profiles/radxa-orion-o6-gpu-ncnn.yaml"
};

static const unsigned char device_profiles_radxa_orion_o6_ncnn_yaml[] = {
#embed "../../device-profiles/radxa-orion-o6-ncnn.yaml"
};

static const unsigned char device_profiles_radxa_zero_3w_ncnn_yaml[] = {
#embed "../../device-profiles/radxa-zero-3w-ncnn.yaml"
};

static const unsigned char device_profiles_raspberry_pi_3_yaml[] = {
#embed "../../device-profiles/raspberry-pi-3.yaml"
};

static const unsigned char device_profiles_raspberry_pi_3b_plus_ncnn_four_threads_yaml[] = {
#embed "../../device-profiles/raspberry-pi-3b-plus-ncnn-four-threads.yaml"
};

static const unsigned char device_profiles_raspberry_pi_3b_plus_ncnn_yaml[] = {
#embed "../../device-profiles/raspberry-pi-3b-plus-ncnn.yaml"
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

static const unsigned char device_profiles_raspberry_pi_4b_ncnn_four_threads_yaml[] = {
#embed "../../device-profiles/raspberry-pi-4b-ncnn-four-threads.yaml"
};

static const unsigned char device_profiles_raspberry_pi_4b_ncnn_yaml[] = {
#embed "../../device-profiles/raspberry-pi-4b-ncnn.yaml"
};

static const unsigned char device_profiles_raspberry_pi_5_four_threads_yaml[] = {
#embed "../../device-profiles/raspberry-pi-5-four-threads.yaml"
};

static const unsigned char device_profiles_raspberry_pi_5_ncnn_four_threads_yaml[] = {
#embed "../../device-profiles/raspberry-pi-5-ncnn-four-threads.yaml"
};

static const unsigned char device_profiles_raspberry_pi_5_ncnn_yaml[] = {
#embed "../../device-profiles/raspberry-pi-5-ncnn.yaml"
};

static const unsigned char device_profiles_raspberry_pi_5_overclocked_gpu_ncnn_yaml[] = {
#embed "../../device-profiles/raspberry-pi-5-overclocked-gpu-ncnn.yaml"
};

static const unsigned char device_profiles_raspberry_pi_5_overclocked_ncnn_yaml[] = {
#embed "../../device-profiles/raspberry-pi-5-overclocked-ncnn.yaml"
};

static const unsigned char device_profiles_raspberry_pi_5_videocore_ncnn_yaml[] = {
#embed "../../device-profiles/raspberry-pi-5-videocore-ncnn.yaml"
};

static const unsigned char device_profiles_raspberry_pi_5_yaml[] = {
#embed "../../device-profiles/raspberry-pi-5.yaml"
};

static const unsigned char device_profiles_raspberry_pi_zero_2_w_ncnn_four_threads_yaml[] = {
#embed "../../device-profiles/raspberry-pi-zero-2-w-ncnn-four-threads.yaml"
};

static const unsigned char device_profiles_raspberry_pi_zero_2_w_ncnn_yaml[] = {
#embed "../../device-profiles/raspberry-pi-zero-2-w-ncnn.yaml"
};

static const unsigned char device_profiles_raspberry_pi_zero_2_w_yaml[] = {
#embed "../../device-profiles/raspberry-pi-zero-2-w.yaml"
};

static const unsigned char device_profiles_rdk_x3_ncnn_yaml[] = {
#embed "../../device-profiles/rdk-x3-ncnn.yaml"
};

static const unsigned char device_profiles_rockchip_rk3288_ncnn_yaml[] = {
#embed "../../device-profiles/rockchip-rk3288-ncnn.yaml"
};

static const unsigned char device_profiles_rockchip_rk3588_board_ncnn_four_threads_yaml[] = {
#embed "../../device-profiles/rockchip-rk3588-board-ncnn-four-threads.yaml"
};

static const unsigned char device_profiles_rockchip_rk3588_board_ncnn_yaml[] = {
#embed "../../device-profiles/rockchip-rk3588-board-ncnn.yaml"
};

static const unsigned char device_profiles_rockchip_rk3588_gpu_ncnn_yaml[] = {
#embed "../../device-profiles/rockchip-rk3588-gpu-ncnn.yaml"
};

static const unsigned char device_profiles_rockchip_rk3588_ncnn_four_threads_yaml[] = {
#embed "../../device-profiles/rockchip-rk3588-ncnn-four-threads.yaml"
};

static const unsigned char device_profiles_rockchip_rk3588_ncnn_yaml[] = {
#embed "../../device-profiles/rockchip-rk3588-ncnn.yaml"
};

static const unsigned char device_profiles_snapdragon_765g_gpu_ncnn_yaml[] = {
#embed "../../device-profiles/snapdragon-765g-gpu-ncnn.yaml"
};

static const unsigned char device_profiles_snapdragon_765g_ncnn_yaml[] = {
#embed "../../device-profiles/snapdragon-765g-ncnn.yaml"
};

static const unsigned char device_profiles_snapdragon_8_gen_2_gpu_ncnn_yaml[] = {
#embed "../../device-profiles/snapdragon-8-gen-2-gpu-ncnn.yaml"
};

static const unsigned char device_profiles_snapdragon_8_gen_2_ncnn_four_threads_yaml[] = {
#embed "../../device-profiles/snapdragon-8-gen-2-ncnn-four-threads.yaml"
};

static const unsigned char device_profiles_snapdragon_8_gen_2_ncnn_yaml[] = {
#embed "../../device-profiles/snapdragon-8-gen-2-ncnn.yaml"
};

static const unsigned char device_profiles_snapdragon_810_gpu_ncnn_yaml[] = {
#embed "../../device-profiles/snapdragon-810-gpu-ncnn.yaml"
};

static const unsigned char device_profiles_snapdragon_810_ncnn_four_threads_yaml[] = {
#embed "../../device-profiles/snapdragon-810-ncnn-four-threads.yaml"
};

static const unsigned char device_profiles_snapdragon_810_ncnn_yaml[] = {
#embed "../../device-profiles/snapdragon-810-ncnn.yaml"
};

static const unsigned char device_profiles_snapdragon_821_ncnn_four_threads_yaml[] = {
#embed "../../device-profiles/snapdragon-821-ncnn-four-threads.yaml"
};

static const unsigned char device_profiles_snapdragon_821_ncnn_yaml[] = {
#embed "../../device-profiles/snapdragon-821-ncnn.yaml"
};

static const unsigned char device_profiles_snapdragon_888_gpu_ncnn_yaml[] = {
#embed "../../device-profiles/snapdragon-888-gpu-ncnn.yaml"
};

static const unsigned char device_profiles_snapdragon_888_ncnn_yaml[] = {
#embed "../../device-profiles/snapdragon-888-ncnn.yaml"
};

static const unsigned char device_profiles_spacemit_m1_muse_pi_pro_gpu_ncnn_yaml[] = {
#embed "../../device-profiles/spacemit-m1-muse-pi-pro-gpu-ncnn.yaml"
};

static const unsigned char device_profiles_spacemit_m1_muse_pi_pro_ncnn_yaml[] = {
#embed "../../device-profiles/spacemit-m1-muse-pi-pro-ncnn.yaml"
};

static const unsigned char device_profiles_station_m2_rk3566_gpu_ncnn_yaml[] = {
#embed "../../device-profiles/station-m2-rk3566-gpu-ncnn.yaml"
};

static const unsigned char device_profiles_station_m2_rk3566_ncnn_yaml[] = {
#embed "../../device-profiles/station-m2-rk3566-ncnn.yaml"
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

static const unsigned char device_profiles_stm32mp257_gpu_yaml[] = {
#embed "../../device-profiles/stm32mp257-gpu.yaml"
};

static const unsigned char device_profiles_stm32mp257_npu_yaml[] = {
#embed "../../device-profiles/stm32mp257-npu.yaml"
};

static const unsigned char device_profiles_sunway_sw421_ncnn_yaml[] = {
#embed "../../device-profiles/sunway-sw421-ncnn.yaml"
};

static const unsigned char device_profiles_sunway_sw831_ncnn_yaml[] = {
#embed "../../device-profiles/sunway-sw831-ncnn.yaml"
};

static const unsigned char device_profiles_xeon_gold_6226_yaml[] = {
#embed "../../device-profiles/xeon-gold-6226.yaml"
};

static const unsigned char device_profiles_zcu102_yaml[] = {
#embed "../../device-profiles/zcu102.yaml"
};

static const unsigned char device_profiles_zynq_7020_cortex_a9_ncnn_yaml[] = {
#embed "../../device-profiles/zynq-7020-cortex-a9-ncnn.yaml"
};

static const unsigned char jobs_cifar10_mcu_yaml[] = {
#embed "../../jobs/cifar10-mcu.yaml"
};

static const unsigned char jobs_cifar10_resnet_yaml[] = {
#embed "../../jobs/cifar10-resnet.yaml"
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
    {"device-profiles/amd-epyc-7742-ncnn.yaml", device_profiles_amd_epyc_7742_ncnn_yaml, sizeof device_profiles_amd_epyc_7742_ncnn_yaml},
    {"device-profiles/amd-ryzen-5700g-ncnn.yaml", device_profiles_amd_ryzen_5700g_ncnn_yaml, sizeof device_profiles_amd_ryzen_5700g_ncnn_yaml},
    {"device-profiles/amd-ryzen-5950x-ncnn.yaml", device_profiles_amd_ryzen_5950x_ncnn_yaml, sizeof device_profiles_amd_ryzen_5950x_ncnn_yaml},
    {"device-profiles/amd-ryzen-v1605b-gpu-ncnn.yaml", device_profiles_amd_ryzen_v1605b_gpu_ncnn_yaml, sizeof device_profiles_amd_ryzen_v1605b_gpu_ncnn_yaml},
    {"device-profiles/amd-ryzen-v1605b-ncnn.yaml", device_profiles_amd_ryzen_v1605b_ncnn_yaml, sizeof device_profiles_amd_ryzen_v1605b_ncnn_yaml},
    {"device-profiles/amd-threadripper-3970x-ncnn.yaml", device_profiles_amd_threadripper_3970x_ncnn_yaml, sizeof device_profiles_amd_threadripper_3970x_ncnn_yaml},
    {"device-profiles/amlogic-s805-ncnn.yaml", device_profiles_amlogic_s805_ncnn_yaml, sizeof device_profiles_amlogic_s805_ncnn_yaml},
    {"device-profiles/axera-ax630c-ncnn.yaml", device_profiles_axera_ax630c_ncnn_yaml, sizeof device_profiles_axera_ax630c_ncnn_yaml},
    {"device-profiles/azure-d64as-v7-ncnn.yaml", device_profiles_azure_d64as_v7_ncnn_yaml, sizeof device_profiles_azure_d64as_v7_ncnn_yaml},
    {"device-profiles/azure-d64s-v6-ncnn.yaml", device_profiles_azure_d64s_v6_ncnn_yaml, sizeof device_profiles_azure_d64s_v6_ncnn_yaml},
    {"device-profiles/banana-pi-m2-zero-ncnn-four-threads.yaml", device_profiles_banana_pi_m2_zero_ncnn_four_threads_yaml, sizeof device_profiles_banana_pi_m2_zero_ncnn_four_threads_yaml},
    {"device-profiles/banana-pi-m2-zero-ncnn.yaml", device_profiles_banana_pi_m2_zero_ncnn_yaml, sizeof device_profiles_banana_pi_m2_zero_ncnn_yaml},
    {"device-profiles/coral-dev-board.yaml", device_profiles_coral_dev_board_yaml, sizeof device_profiles_coral_dev_board_yaml},
    {"device-profiles/coral-edge-tpu.yaml", device_profiles_coral_edge_tpu_yaml, sizeof device_profiles_coral_edge_tpu_yaml},
    {"device-profiles/cortex-m55-ethos-u55.yaml", device_profiles_cortex_m55_ethos_u55_yaml, sizeof device_profiles_cortex_m55_ethos_u55_yaml},
    {"device-profiles/dimensity-9300-gpu-ncnn.yaml", device_profiles_dimensity_9300_gpu_ncnn_yaml, sizeof device_profiles_dimensity_9300_gpu_ncnn_yaml},
    {"device-profiles/dimensity-9300-ncnn.yaml", device_profiles_dimensity_9300_ncnn_yaml, sizeof device_profiles_dimensity_9300_ncnn_yaml},
    {"device-profiles/eaidk-310-rk3228h-ncnn.yaml", device_profiles_eaidk_310_rk3228h_ncnn_yaml, sizeof device_profiles_eaidk_310_rk3228h_ncnn_yaml},
    {"device-profiles/esp32-s3.yaml", device_profiles_esp32_s3_yaml, sizeof device_profiles_esp32_s3_yaml},
    {"device-profiles/generic-cortex-a53.yaml", device_profiles_generic_cortex_a53_yaml, sizeof device_profiles_generic_cortex_a53_yaml},
    {"device-profiles/generic-cortex-a7.yaml", device_profiles_generic_cortex_a7_yaml, sizeof device_profiles_generic_cortex_a7_yaml},
    {"device-profiles/generic-cortex-a72.yaml", device_profiles_generic_cortex_a72_yaml, sizeof device_profiles_generic_cortex_a72_yaml},
    {"device-profiles/generic-cortex-a76.yaml", device_profiles_generic_cortex_a76_yaml, sizeof device_profiles_generic_cortex_a76_yaml},
    {"device-profiles/generic-cortex-x.yaml", device_profiles_generic_cortex_x_yaml, sizeof device_profiles_generic_cortex_x_yaml},
    {"device-profiles/generic-desktop-gpu.yaml", device_profiles_generic_desktop_gpu_yaml, sizeof device_profiles_generic_desktop_gpu_yaml},
    {"device-profiles/generic-jetson.yaml", device_profiles_generic_jetson_yaml, sizeof device_profiles_generic_jetson_yaml},
    {"device-profiles/generic-mobile-gpu.yaml", device_profiles_generic_mobile_gpu_yaml, sizeof device_profiles_generic_mobile_gpu_yaml},
    {"device-profiles/generic-ncnn-cpu-threads.yaml", device_profiles_generic_ncnn_cpu_threads_yaml, sizeof device_profiles_generic_ncnn_cpu_threads_yaml},
    {"device-profiles/generic-ncnn-cpu.yaml", device_profiles_generic_ncnn_cpu_yaml, sizeof device_profiles_generic_ncnn_cpu_yaml},
    {"device-profiles/generic-ncnn-gpu.yaml", device_profiles_generic_ncnn_gpu_yaml, sizeof device_profiles_generic_ncnn_gpu_yaml},
    {"device-profiles/generic-npu.yaml", device_profiles_generic_npu_yaml, sizeof device_profiles_generic_npu_yaml},
    {"device-profiles/generic-vpu.yaml", device_profiles_generic_vpu_yaml, sizeof device_profiles_generic_vpu_yaml},
    {"device-profiles/generic-x86-avx2.yaml", device_profiles_generic_x86_avx2_yaml, sizeof device_profiles_generic_x86_avx2_yaml},
    {"device-profiles/generic-x86-avx512.yaml", device_profiles_generic_x86_avx512_yaml, sizeof device_profiles_generic_x86_avx512_yaml},
    {"device-profiles/generic-x86-sse.yaml", device_profiles_generic_x86_sse_yaml, sizeof device_profiles_generic_x86_sse_yaml},
    {"device-profiles/host-cpu.yaml", device_profiles_host_cpu_yaml, sizeof device_profiles_host_cpu_yaml},
    {"device-profiles/intel-atom-x5-z8350-gpu-ncnn.yaml", device_profiles_intel_atom_x5_z8350_gpu_ncnn_yaml, sizeof device_profiles_intel_atom_x5_z8350_gpu_ncnn_yaml},
    {"device-profiles/intel-atom-x5-z8350-ncnn.yaml", device_profiles_intel_atom_x5_z8350_ncnn_yaml, sizeof device_profiles_intel_atom_x5_z8350_ncnn_yaml},
    {"device-profiles/intel-cpu-avx2.yaml", device_profiles_intel_cpu_avx2_yaml, sizeof device_profiles_intel_cpu_avx2_yaml},
    {"device-profiles/intel-cpu-vnni.yaml", device_profiles_intel_cpu_vnni_yaml, sizeof device_profiles_intel_cpu_vnni_yaml},
    {"device-profiles/intel-i7-7700k-gpu-ncnn.yaml", device_profiles_intel_i7_7700k_gpu_ncnn_yaml, sizeof device_profiles_intel_i7_7700k_gpu_ncnn_yaml},
    {"device-profiles/intel-i7-7700k-ncnn.yaml", device_profiles_intel_i7_7700k_ncnn_yaml, sizeof device_profiles_intel_i7_7700k_ncnn_yaml},
    {"device-profiles/intel-integrated-gpu.yaml", device_profiles_intel_integrated_gpu_yaml, sizeof device_profiles_intel_integrated_gpu_yaml},
    {"device-profiles/intel-npu.yaml", device_profiles_intel_npu_yaml, sizeof device_profiles_intel_npu_yaml},
    {"device-profiles/intel-uhd-770-ncnn.yaml", device_profiles_intel_uhd_770_ncnn_yaml, sizeof device_profiles_intel_uhd_770_ncnn_yaml},
    {"device-profiles/intel-xeon-w-2233-openvino.yaml", device_profiles_intel_xeon_w_2233_openvino_yaml, sizeof device_profiles_intel_xeon_w_2233_openvino_yaml},
    {"device-profiles/iphone-5s-gpu-ncnn.yaml", device_profiles_iphone_5s_gpu_ncnn_yaml, sizeof device_profiles_iphone_5s_gpu_ncnn_yaml},
    {"device-profiles/iphone-5s-ncnn.yaml", device_profiles_iphone_5s_ncnn_yaml, sizeof device_profiles_iphone_5s_ncnn_yaml},
    {"device-profiles/jetson-agx-orin.yaml", device_profiles_jetson_agx_orin_yaml, sizeof device_profiles_jetson_agx_orin_yaml},
    {"device-profiles/jetson-agx-xavier-gpu-ncnn.yaml", device_profiles_jetson_agx_xavier_gpu_ncnn_yaml, sizeof device_profiles_jetson_agx_xavier_gpu_ncnn_yaml},
    {"device-profiles/jetson-agx-xavier-ncnn-two-threads.yaml", device_profiles_jetson_agx_xavier_ncnn_two_threads_yaml, sizeof device_profiles_jetson_agx_xavier_ncnn_two_threads_yaml},
    {"device-profiles/jetson-agx-xavier-ncnn.yaml", device_profiles_jetson_agx_xavier_ncnn_yaml, sizeof device_profiles_jetson_agx_xavier_ncnn_yaml},
    {"device-profiles/jetson-agx-xavier.yaml", device_profiles_jetson_agx_xavier_yaml, sizeof device_profiles_jetson_agx_xavier_yaml},
    {"device-profiles/jetson-nano-tensorflow.yaml", device_profiles_jetson_nano_tensorflow_yaml, sizeof device_profiles_jetson_nano_tensorflow_yaml},
    {"device-profiles/jetson-nano.yaml", device_profiles_jetson_nano_yaml, sizeof device_profiles_jetson_nano_yaml},
    {"device-profiles/jetson-orin-nano.yaml", device_profiles_jetson_orin_nano_yaml, sizeof device_profiles_jetson_orin_nano_yaml},
    {"device-profiles/jetson-tx2-nx-gpu-ncnn.yaml", device_profiles_jetson_tx2_nx_gpu_ncnn_yaml, sizeof device_profiles_jetson_tx2_nx_gpu_ncnn_yaml},
    {"device-profiles/jetson-tx2-nx-ncnn-six-threads.yaml", device_profiles_jetson_tx2_nx_ncnn_six_threads_yaml, sizeof device_profiles_jetson_tx2_nx_ncnn_six_threads_yaml},
    {"device-profiles/jetson-tx2-nx-ncnn.yaml", device_profiles_jetson_tx2_nx_ncnn_yaml, sizeof device_profiles_jetson_tx2_nx_ncnn_yaml},
    {"device-profiles/jetson-tx2.yaml", device_profiles_jetson_tx2_yaml, sizeof device_profiles_jetson_tx2_yaml},
    {"device-profiles/jetson-xavier-nx.yaml", device_profiles_jetson_xavier_nx_yaml, sizeof device_profiles_jetson_xavier_nx_yaml},
    {"device-profiles/kirin-970-gpu-ncnn.yaml", device_profiles_kirin_970_gpu_ncnn_yaml, sizeof device_profiles_kirin_970_gpu_ncnn_yaml},
    {"device-profiles/kirin-970-ncnn.yaml", device_profiles_kirin_970_ncnn_yaml, sizeof device_profiles_kirin_970_ncnn_yaml},
    {"device-profiles/kunpeng-920-2251k-ncnn.yaml", device_profiles_kunpeng_920_2251k_ncnn_yaml, sizeof device_profiles_kunpeng_920_2251k_ncnn_yaml},
    {"device-profiles/kunpeng-920-7260-ncnn.yaml", device_profiles_kunpeng_920_7260_ncnn_yaml, sizeof device_profiles_kunpeng_920_7260_ncnn_yaml},
    {"device-profiles/lichee-pi-4a-th1520-gpu-ncnn.yaml", device_profiles_lichee_pi_4a_th1520_gpu_ncnn_yaml, sizeof device_profiles_lichee_pi_4a_th1520_gpu_ncnn_yaml},
    {"device-profiles/lichee-pi-4a-th1520-ncnn.yaml", device_profiles_lichee_pi_4a_th1520_ncnn_yaml, sizeof device_profiles_lichee_pi_4a_th1520_ncnn_yaml},
    {"device-profiles/loongson-2k1000-ncnn.yaml", device_profiles_loongson_2k1000_ncnn_yaml, sizeof device_profiles_loongson_2k1000_ncnn_yaml},
    {"device-profiles/loongson-2k1000la-ncnn.yaml", device_profiles_loongson_2k1000la_ncnn_yaml, sizeof device_profiles_loongson_2k1000la_ncnn_yaml},
    {"device-profiles/loongson-2k2000-ncnn.yaml", device_profiles_loongson_2k2000_ncnn_yaml, sizeof device_profiles_loongson_2k2000_ncnn_yaml},
    {"device-profiles/loongson-3a3000-ncnn.yaml", device_profiles_loongson_3a3000_ncnn_yaml, sizeof device_profiles_loongson_3a3000_ncnn_yaml},
    {"device-profiles/loongson-3a4000-ncnn.yaml", device_profiles_loongson_3a4000_ncnn_yaml, sizeof device_profiles_loongson_3a4000_ncnn_yaml},
    {"device-profiles/loongson-3a6000-ncnn.yaml", device_profiles_loongson_3a6000_ncnn_yaml, sizeof device_profiles_loongson_3a6000_ncnn_yaml},
    {"device-profiles/macbook-pro-2019-gpu-ncnn.yaml", device_profiles_macbook_pro_2019_gpu_ncnn_yaml, sizeof device_profiles_macbook_pro_2019_gpu_ncnn_yaml},
    {"device-profiles/macbook-pro-2019-ncnn.yaml", device_profiles_macbook_pro_2019_ncnn_yaml, sizeof device_profiles_macbook_pro_2019_ncnn_yaml},
    {"device-profiles/milk-v-duo-s-sg2000-ncnn.yaml", device_profiles_milk_v_duo_s_sg2000_ncnn_yaml, sizeof device_profiles_milk_v_duo_s_sg2000_ncnn_yaml},
    {"device-profiles/movidius-myriad-x.yaml", device_profiles_movidius_myriad_x_yaml, sizeof device_profiles_movidius_myriad_x_yaml},
    {"device-profiles/myir-remipi-rzg2l-ncnn.yaml", device_profiles_myir_remipi_rzg2l_ncnn_yaml, sizeof device_profiles_myir_remipi_rzg2l_ncnn_yaml},
    {"device-profiles/nrf5340.yaml", device_profiles_nrf5340_yaml, sizeof device_profiles_nrf5340_yaml},
    {"device-profiles/nvidia-rtx-2080-ncnn.yaml", device_profiles_nvidia_rtx_2080_ncnn_yaml, sizeof device_profiles_nvidia_rtx_2080_ncnn_yaml},
    {"device-profiles/nvidia-rtx-3060-ti-ncnn.yaml", device_profiles_nvidia_rtx_3060_ti_ncnn_yaml, sizeof device_profiles_nvidia_rtx_3060_ti_ncnn_yaml},
    {"device-profiles/nvidia-rtx-a3000-ncnn.yaml", device_profiles_nvidia_rtx_a3000_ncnn_yaml, sizeof device_profiles_nvidia_rtx_a3000_ncnn_yaml},
    {"device-profiles/nvidia-v100-ncnn.yaml", device_profiles_nvidia_v100_ncnn_yaml, sizeof device_profiles_nvidia_v100_ncnn_yaml},
    {"device-profiles/orange-pi-4-lts-ncnn.yaml", device_profiles_orange_pi_4_lts_ncnn_yaml, sizeof device_profiles_orange_pi_4_lts_ncnn_yaml},
    {"device-profiles/orange-pi-5-ncnn.yaml", device_profiles_orange_pi_5_ncnn_yaml, sizeof device_profiles_orange_pi_5_ncnn_yaml},
    {"device-profiles/orange-pi-5-plus-ncnn.yaml", device_profiles_orange_pi_5_plus_ncnn_yaml, sizeof device_profiles_orange_pi_5_plus_ncnn_yaml},
    {"device-profiles/orange-pi-cm4-ncnn-four-threads.yaml", device_profiles_orange_pi_cm4_ncnn_four_threads_yaml, sizeof device_profiles_orange_pi_cm4_ncnn_four_threads_yaml},
    {"device-profiles/orange-pi-cm4-ncnn.yaml", device_profiles_orange_pi_cm4_ncnn_yaml, sizeof device_profiles_orange_pi_cm4_ncnn_yaml},
    {"device-profiles/phone-adreno-640.yaml", device_profiles_phone_adreno_640_yaml, sizeof device_profiles_phone_adreno_640_yaml},
    {"device-profiles/phone-cortex-a76.yaml", device_profiles_phone_cortex_a76_yaml, sizeof device_profiles_phone_cortex_a76_yaml},
    {"device-profiles/phytium-ft-2000-4-ncnn.yaml", device_profiles_phytium_ft_2000_4_ncnn_yaml, sizeof device_profiles_phytium_ft_2000_4_ncnn_yaml},
    {"device-profiles/phytium-ft-2000-plus-ncnn.yaml", device_profiles_phytium_ft_2000_plus_ncnn_yaml, sizeof device_profiles_phytium_ft_2000_plus_ncnn_yaml},
    {"device-profiles/phytium-pi-ncnn.yaml", device_profiles_phytium_pi_ncnn_yaml, sizeof device_profiles_phytium_pi_ncnn_yaml},
    {"device-profiles/radxa-orion-o6-gpu-ncnn.yaml", device_profiles_radxa_orion_o6_gpu_ncnn_yaml, sizeof device_profiles_radxa_orion_o6_gpu_ncnn_yaml},
    {"device-profiles/radxa-orion-o6-ncnn.yaml", device_profiles_radxa_orion_o6_ncnn_yaml, sizeof device_profiles_radxa_orion_o6_ncnn_yaml},
    {"device-profiles/radxa-zero-3w-ncnn.yaml", device_profiles_radxa_zero_3w_ncnn_yaml, sizeof device_profiles_radxa_zero_3w_ncnn_yaml},
    {"device-profiles/raspberry-pi-3.yaml", device_profiles_raspberry_pi_3_yaml, sizeof device_profiles_raspberry_pi_3_yaml},
    {"device-profiles/raspberry-pi-3b-plus-ncnn-four-threads.yaml", device_profiles_raspberry_pi_3b_plus_ncnn_four_threads_yaml, sizeof device_profiles_raspberry_pi_3b_plus_ncnn_four_threads_yaml},
    {"device-profiles/raspberry-pi-3b-plus-ncnn.yaml", device_profiles_raspberry_pi_3b_plus_ncnn_yaml, sizeof device_profiles_raspberry_pi_3b_plus_ncnn_yaml},
    {"device-profiles/raspberry-pi-4-armnn.yaml", device_profiles_raspberry_pi_4_armnn_yaml, sizeof device_profiles_raspberry_pi_4_armnn_yaml},
    {"device-profiles/raspberry-pi-4-four-threads.yaml", device_profiles_raspberry_pi_4_four_threads_yaml, sizeof device_profiles_raspberry_pi_4_four_threads_yaml},
    {"device-profiles/raspberry-pi-4-onnxruntime.yaml", device_profiles_raspberry_pi_4_onnxruntime_yaml, sizeof device_profiles_raspberry_pi_4_onnxruntime_yaml},
    {"device-profiles/raspberry-pi-4.yaml", device_profiles_raspberry_pi_4_yaml, sizeof device_profiles_raspberry_pi_4_yaml},
    {"device-profiles/raspberry-pi-4b-ncnn-four-threads.yaml", device_profiles_raspberry_pi_4b_ncnn_four_threads_yaml, sizeof device_profiles_raspberry_pi_4b_ncnn_four_threads_yaml},
    {"device-profiles/raspberry-pi-4b-ncnn.yaml", device_profiles_raspberry_pi_4b_ncnn_yaml, sizeof device_profiles_raspberry_pi_4b_ncnn_yaml},
    {"device-profiles/raspberry-pi-5-four-threads.yaml", device_profiles_raspberry_pi_5_four_threads_yaml, sizeof device_profiles_raspberry_pi_5_four_threads_yaml},
    {"device-profiles/raspberry-pi-5-ncnn-four-threads.yaml", device_profiles_raspberry_pi_5_ncnn_four_threads_yaml, sizeof device_profiles_raspberry_pi_5_ncnn_four_threads_yaml},
    {"device-profiles/raspberry-pi-5-ncnn.yaml", device_profiles_raspberry_pi_5_ncnn_yaml, sizeof device_profiles_raspberry_pi_5_ncnn_yaml},
    {"device-profiles/raspberry-pi-5-overclocked-gpu-ncnn.yaml", device_profiles_raspberry_pi_5_overclocked_gpu_ncnn_yaml, sizeof device_profiles_raspberry_pi_5_overclocked_gpu_ncnn_yaml},
    {"device-profiles/raspberry-pi-5-overclocked-ncnn.yaml", device_profiles_raspberry_pi_5_overclocked_ncnn_yaml, sizeof device_profiles_raspberry_pi_5_overclocked_ncnn_yaml},
    {"device-profiles/raspberry-pi-5-videocore-ncnn.yaml", device_profiles_raspberry_pi_5_videocore_ncnn_yaml, sizeof device_profiles_raspberry_pi_5_videocore_ncnn_yaml},
    {"device-profiles/raspberry-pi-5.yaml", device_profiles_raspberry_pi_5_yaml, sizeof device_profiles_raspberry_pi_5_yaml},
    {"device-profiles/raspberry-pi-zero-2-w-ncnn-four-threads.yaml", device_profiles_raspberry_pi_zero_2_w_ncnn_four_threads_yaml, sizeof device_profiles_raspberry_pi_zero_2_w_ncnn_four_threads_yaml},
    {"device-profiles/raspberry-pi-zero-2-w-ncnn.yaml", device_profiles_raspberry_pi_zero_2_w_ncnn_yaml, sizeof device_profiles_raspberry_pi_zero_2_w_ncnn_yaml},
    {"device-profiles/raspberry-pi-zero-2-w.yaml", device_profiles_raspberry_pi_zero_2_w_yaml, sizeof device_profiles_raspberry_pi_zero_2_w_yaml},
    {"device-profiles/rdk-x3-ncnn.yaml", device_profiles_rdk_x3_ncnn_yaml, sizeof device_profiles_rdk_x3_ncnn_yaml},
    {"device-profiles/rockchip-rk3288-ncnn.yaml", device_profiles_rockchip_rk3288_ncnn_yaml, sizeof device_profiles_rockchip_rk3288_ncnn_yaml},
    {"device-profiles/rockchip-rk3588-board-ncnn-four-threads.yaml", device_profiles_rockchip_rk3588_board_ncnn_four_threads_yaml, sizeof device_profiles_rockchip_rk3588_board_ncnn_four_threads_yaml},
    {"device-profiles/rockchip-rk3588-board-ncnn.yaml", device_profiles_rockchip_rk3588_board_ncnn_yaml, sizeof device_profiles_rockchip_rk3588_board_ncnn_yaml},
    {"device-profiles/rockchip-rk3588-gpu-ncnn.yaml", device_profiles_rockchip_rk3588_gpu_ncnn_yaml, sizeof device_profiles_rockchip_rk3588_gpu_ncnn_yaml},
    {"device-profiles/rockchip-rk3588-ncnn-four-threads.yaml", device_profiles_rockchip_rk3588_ncnn_four_threads_yaml, sizeof device_profiles_rockchip_rk3588_ncnn_four_threads_yaml},
    {"device-profiles/rockchip-rk3588-ncnn.yaml", device_profiles_rockchip_rk3588_ncnn_yaml, sizeof device_profiles_rockchip_rk3588_ncnn_yaml},
    {"device-profiles/snapdragon-765g-gpu-ncnn.yaml", device_profiles_snapdragon_765g_gpu_ncnn_yaml, sizeof device_profiles_snapdragon_765g_gpu_ncnn_yaml},
    {"device-profiles/snapdragon-765g-ncnn.yaml", device_profiles_snapdragon_765g_ncnn_yaml, sizeof device_profiles_snapdragon_765g_ncnn_yaml},
    {"device-profiles/snapdragon-8-gen-2-gpu-ncnn.yaml", device_profiles_snapdragon_8_gen_2_gpu_ncnn_yaml, sizeof device_profiles_snapdragon_8_gen_2_gpu_ncnn_yaml},
    {"device-profiles/snapdragon-8-gen-2-ncnn-four-threads.yaml", device_profiles_snapdragon_8_gen_2_ncnn_four_threads_yaml, sizeof device_profiles_snapdragon_8_gen_2_ncnn_four_threads_yaml},
    {"device-profiles/snapdragon-8-gen-2-ncnn.yaml", device_profiles_snapdragon_8_gen_2_ncnn_yaml, sizeof device_profiles_snapdragon_8_gen_2_ncnn_yaml},
    {"device-profiles/snapdragon-810-gpu-ncnn.yaml", device_profiles_snapdragon_810_gpu_ncnn_yaml, sizeof device_profiles_snapdragon_810_gpu_ncnn_yaml},
    {"device-profiles/snapdragon-810-ncnn-four-threads.yaml", device_profiles_snapdragon_810_ncnn_four_threads_yaml, sizeof device_profiles_snapdragon_810_ncnn_four_threads_yaml},
    {"device-profiles/snapdragon-810-ncnn.yaml", device_profiles_snapdragon_810_ncnn_yaml, sizeof device_profiles_snapdragon_810_ncnn_yaml},
    {"device-profiles/snapdragon-821-ncnn-four-threads.yaml", device_profiles_snapdragon_821_ncnn_four_threads_yaml, sizeof device_profiles_snapdragon_821_ncnn_four_threads_yaml},
    {"device-profiles/snapdragon-821-ncnn.yaml", device_profiles_snapdragon_821_ncnn_yaml, sizeof device_profiles_snapdragon_821_ncnn_yaml},
    {"device-profiles/snapdragon-888-gpu-ncnn.yaml", device_profiles_snapdragon_888_gpu_ncnn_yaml, sizeof device_profiles_snapdragon_888_gpu_ncnn_yaml},
    {"device-profiles/snapdragon-888-ncnn.yaml", device_profiles_snapdragon_888_ncnn_yaml, sizeof device_profiles_snapdragon_888_ncnn_yaml},
    {"device-profiles/spacemit-m1-muse-pi-pro-gpu-ncnn.yaml", device_profiles_spacemit_m1_muse_pi_pro_gpu_ncnn_yaml, sizeof device_profiles_spacemit_m1_muse_pi_pro_gpu_ncnn_yaml},
    {"device-profiles/spacemit-m1-muse-pi-pro-ncnn.yaml", device_profiles_spacemit_m1_muse_pi_pro_ncnn_yaml, sizeof device_profiles_spacemit_m1_muse_pi_pro_ncnn_yaml},
    {"device-profiles/station-m2-rk3566-gpu-ncnn.yaml", device_profiles_station_m2_rk3566_gpu_ncnn_yaml, sizeof device_profiles_station_m2_rk3566_gpu_ncnn_yaml},
    {"device-profiles/station-m2-rk3566-ncnn.yaml", device_profiles_station_m2_rk3566_ncnn_yaml, sizeof device_profiles_station_m2_rk3566_ncnn_yaml},
    {"device-profiles/stm32f746.yaml", device_profiles_stm32f746_yaml, sizeof device_profiles_stm32f746_yaml},
    {"device-profiles/stm32h743.yaml", device_profiles_stm32h743_yaml, sizeof device_profiles_stm32h743_yaml},
    {"device-profiles/stm32l4r5-tflm.yaml", device_profiles_stm32l4r5_tflm_yaml, sizeof device_profiles_stm32l4r5_tflm_yaml},
    {"device-profiles/stm32l4r5.yaml", device_profiles_stm32l4r5_yaml, sizeof device_profiles_stm32l4r5_yaml},
    {"device-profiles/stm32mp257-gpu.yaml", device_profiles_stm32mp257_gpu_yaml, sizeof device_profiles_stm32mp257_gpu_yaml},
    {"device-profiles/stm32mp257-npu.yaml", device_profiles_stm32mp257_npu_yaml, sizeof device_profiles_stm32mp257_npu_yaml},
    {"device-profiles/sunway-sw421-ncnn.yaml", device_profiles_sunway_sw421_ncnn_yaml, sizeof device_profiles_sunway_sw421_ncnn_yaml},
    {"device-profiles/sunway-sw831-ncnn.yaml", device_profiles_sunway_sw831_ncnn_yaml, sizeof device_profiles_sunway_sw831_ncnn_yaml},
    {"device-profiles/xeon-gold-6226.yaml", device_profiles_xeon_gold_6226_yaml, sizeof device_profiles_xeon_gold_6226_yaml},
    {"device-profiles/zcu102.yaml", device_profiles_zcu102_yaml, sizeof device_profiles_zcu102_yaml},
    {"device-profiles/zynq-7020-cortex-a9-ncnn.yaml", device_profiles_zynq_7020_cortex_a9_ncnn_yaml, sizeof device_profiles_zynq_7020_cortex_a9_ncnn_yaml},
    {"jobs/cifar10-mcu.yaml", jobs_cifar10_mcu_yaml, sizeof jobs_cifar10_mcu_yaml},
    {"jobs/cifar10-resnet.yaml", jobs_cifar10_resnet_yaml, sizeof jobs_cifar10_resnet_yaml},
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
