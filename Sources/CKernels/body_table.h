// The table of one instruction set; included last, after SK_* macros are set.
static const sk_kernel_set kernel_set = {
    .name = SK_NAME,
    .f32_width = SK_F32_WIDTH,
#ifdef SK_PAIRS_FLOATS
    .f32_pairs = true,
#endif
    .s8_width = SK_S8_WIDTH,
    .depthwise_f32_width = SK_DEPTHWISE_F32_WIDTH,
    .depthwise_s8_width = SK_DEPTHWISE_S8_WIDTH,
#ifdef SK_DEPTHWISE_S8_ROWS
    .depthwise_s8_rows = SK_DEPTHWISE_S8_ROWS,
#endif
    .s8_group = SK_S8_GROUP,
#ifdef SK_S8_HALF_GROUP
    .s8_half_group = SK_S8_HALF_GROUP,
#else
    .s8_half_group = SK_S8_GROUP,
#endif
    .s8_widens = SK_S8_WIDENS,
    .s8_shift = SK_S8_SHIFT,
    .f32_pace = SK_F32_PACE,
    .s8_pace = SK_S8_PACE,
    .depthwise_f32_pace = SK_DEPTHWISE_F32_PACE,
    .depthwise_s8_pace = SK_DEPTHWISE_S8_PACE,
    .convolution_f32 = convolution_f32,
    .convolution_s8 = convolution_s8,
    .depthwise_f32 = depthwise_f32,
    .depthwise_s8 = depthwise_s8,
    .pool_f32 = pool_f32,
    .pool_s8 = pool_s8,
    .border_f32 = border_f32,
    .border_s8 = border_s8,
    .border_s16 = border_s16,
    .gather = gather,
    .transpose = transpose,
#ifdef SK_LANES
    .lanes = SK_LANES,
    .convolution_f32_reach = convolution_f32_reach,
    .convolution_s8_reach = convolution_s8_reach,
    .winograd_f32 = winograd_f32,
    .winograd_f32_reach = winograd_f32_reach,
#ifdef SK_WINOGRAD_S8
    .winograd_s8 = winograd_s8,
    .winograd_s8_reach = winograd_s8_reach,
#endif
    .peak_f32 = peak_f32,
    .peak_s8 = peak_s8,
    .peak_read = peak_read,
#endif
    .unary_f32 = unary_f32,
    .binary_f32 = binary_f32,
    .binary_s8 = binary_s8,
    .softmax_f32 = softmax_f32,
    .softmax_s8 = softmax_s8,
    .lrn_f32 = lrn_f32,
    .affine_f32 = affine_f32,
    .product_f32 = product_f32,
    .reduce_f32 = reduce_f32,
    .reduce_s8 = reduce_s8,
    .linear_f32 = linear_f32,
    .lookup_s8 = lookup_s8,
    .convert = convert,
    .recurrence_f32 = recurrence_f32,
    .cumulative_f32 = cumulative_f32,
    .argument_f32 = argument_f32,
    .select_any = select_any,
    .look_up = look_up,
    .normalize_f32 = normalize_f32,
    .dequantize_s8 = dequantize_s8,
    .quantize_s8 = quantize_s8,
    .requantize_s8 = requantize_s8,
};
