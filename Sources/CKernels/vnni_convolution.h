// Convolution and dense layers in int8 for AVX-512/VNNI: `vpdpbusd` multiplies four unsigned by four signed bytes.
//
// Inputs are therefore *raised*: 128 is added (the sign bit flipped), which the bias takes back. Where there is a border
// its kernel raises them, elsewhere each tile is raised on its way into a small scratch. A tile is up to twelve pixels by
// two vectors of outputs, and sees all outputs before the next one is touched. Half a block, of up to sixteen outputs, has
// two vectors of sums as well where its depth is whole eights: one of eight outputs times two groups of inputs each, so
// that an input is loaded once for two products there too. Comes after body_convolution_f32.h.
#define SK_S8_GROUP 4
#define SK_S8_HALF_GROUP 8
#define SK_S8_WIDTH (2 * SK_LANES)

/// Adds 128 to every byte: int8 becomes uint8.
SK_INLINE __m512i raised(__m512i x) { return _mm512_xor_si512(x, _mm512_set1_epi8((char)0x80)); }

SK_INLINE __mmask64 first_bytes(int64_t n) { return n >= 64 ? ~(__mmask64)0 : ((__mmask64)1 << n) - 1; }

/// Copies `n` bytes, raised.
SK_INLINE void raise_bytes(const int8_t *from, uint8_t *to, int64_t n) {
    int64_t i = 0;
    for (; i + 64 <= n; i += 64) _mm512_storeu_si512(to + i, raised(_mm512_loadu_si512(from + i)));
    if (i == n) return;
    __mmask64 rest = first_bytes(n - i);
    _mm512_mask_storeu_epi8(to + i, rest, raised(_mm512_maskz_loadu_epi8(rest, from + i)));
}

/// The same in whole vectors: up to 63 bytes beyond are written too. Loads soon after meet no masked store, which would
/// hold them up.
SK_INLINE void raise_vectors(const int8_t *from, uint8_t *to, int64_t n) {
    for (int64_t i = 0; i < n; i += 64) _mm512_storeu_si512(to + i, raised(_mm512_loadu_si512(from + i)));
}

SK_INLINE void fill_bytes(uint8_t *to, uint8_t value, int64_t n) {
    __m512i all = _mm512_set1_epi8((char)value);
    int64_t i = 0;
    for (; i + 64 <= n; i += 64) _mm512_storeu_si512(to + i, all);
    if (i < n) _mm512_mask_storeu_epi8(to + i, first_bytes(n - i), all);
}

/// The border of an int8 image, raised as it is copied.
static void border_s8(const sk_step *step, int32_t part, int32_t parts) {
    const sk_border *p = step->params;
    int64_t rows = p->top + (int64_t)p->height + p->bottom, c = p->channels, inner = p->width * c;
    int64_t left = p->left * c, right = p->right * c, width = left + inner + right, first, last;
    uint8_t fill = (uint8_t)(p->fill + 128);
    sk_share(rows * p->images, part, parts, &first, &last);
    int64_t image = first / rows, source = first % rows - p->top;
    for (int64_t row = first; row < last; row++) {
        uint8_t *to = (uint8_t *)step->y + row * width;
        if (source >= 0 && source < p->height) {
            fill_bytes(to, fill, left);
            raise_bytes((const int8_t *)step->a + (image * p->height + source) * inner, to + left, inner);
            fill_bytes(to + left + inner, fill, right);
        } else {
            fill_bytes(to, fill, width);
        }
        if (++source == rows - p->top) source = -p->top, image++;
    }
}

// MARK: From sums to bytes

/// The zero point and the least and greatest int8 result.
typedef struct {
    __m512i zero, least, most;
} vnni_bounds;

/// Bounds and zero point of a convolution's result, or of its sum with a residual.
SK_INLINE vnni_bounds vnni_bounds_of(float lower, float upper, int32_t zero) {
    return (vnni_bounds){_mm512_set1_epi16((int16_t)zero), _mm512_set1_epi8((int8_t)((int32_t)lower + zero)),
                         _mm512_set1_epi8((int8_t)((int32_t)upper + zero))};
}

/// Whether results need neither a clamp beyond that of their type nor care for products beyond int32.
SK_INLINE bool is_plain(bool has_small_scales, float lower, float upper, int32_t zero) {
    return has_small_scales && (int32_t)lower + zero == -128 && (int32_t)upper + zero == 127;
}

/// Four vectors of int32 to 64 bytes, zero point added: lane by lane sixteen bytes, four of each vector.
SK_INLINE __m512i packed_bytes(const __m512i sums[4], const vnni_bounds *bounds, const bool plain) {
    __m512i low = _mm512_adds_epi16(_mm512_packs_epi32(sums[0], sums[1]), bounds->zero);
    __m512i high = _mm512_adds_epi16(_mm512_packs_epi32(sums[2], sums[3]), bounds->zero);
    __m512i bytes = _mm512_packs_epi16(low, high);
    return plain ? bytes : _mm512_min_epi8(_mm512_max_epi8(bytes, bounds->least), bounds->most);
}

/// Packed bytes in the order of the vectors they came from.
SK_INLINE __m512i in_order(__m512i packed) {
    return _mm512_permutexvar_epi32(_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), packed);
}

SK_INLINE __m512 scaled(__m512i sums, __m512 scale) { return _mm512_mul_ps(_mm512_cvtepi32_ps(sums), scale); }

/// sums · scale rounded to the nearest integer, ties to even; far too large ones stay far too large, not-a-number
/// (nothing times an infinite scale) becomes far too small.
SK_INLINE __m512i vnni_rescaled(__m512i sums, __m512 scale, const bool plain) {
    __m512 x = scaled(sums, scale);
    return _mm512_cvtps_epi32(plain ? x : _mm512_min_ps(_mm512_set1_ps(0x1p30f), x));
}

/// Clamps; not-a-number becomes `lower`.
SK_INLINE __m512 vnni_clamped(__m512 x, float lower, float upper) {
    return _mm512_min_ps(_mm512_max_ps(x, _mm512_set1_ps(lower)), _mm512_set1_ps(upper));
}

/// The result of a convolution, rounded, plus the residual, rounded once more, as a separate addition would. What fits int32 is
/// clamped as bytes are packed.
SK_INLINE __m512i with_residual(const sk_convolution *p, __m512i sums, __m512 scale, __m128i residual) {
    __m512 own = _mm512_roundscale_ps(vnni_clamped(scaled(sums, scale), p->lower, p->upper), _MM_FROUND_TO_NEAREST_INT);
    __m512i other = _mm512_sub_epi32(_mm512_cvtepi8_epi32(residual), _mm512_set1_epi32(p->b_zero));
    __m512 sum = _mm512_add_ps(_mm512_mul_ps(own, _mm512_set1_ps(p->own_scale)),
                               _mm512_mul_ps(_mm512_cvtepi32_ps(other), _mm512_set1_ps(p->b_scale)));
    return _mm512_cvtps_epi32(p->has_small_scales ? sum : vnni_clamped(sum, p->sum_lower, p->sum_upper));
}

/// One block of outputs: packed weights, biases, scales, and how many outputs there are from it on.
typedef struct {
    const int8_t *weights;
    const int32_t *bias;
    const float *scale;
    int64_t outputs;
} vnni_block;

/// A layer, as its tiles see it.
typedef struct {
    const sk_convolution *p;
    vnni_bounds bounds;
    bool is_plain;
    int64_t block_bytes;  // packed weights of a whole block
} vnni_layer;

SK_INLINE vnni_layer vnni_layer_of(const sk_convolution *p) {
    vnni_bounds bounds = p->has_residual ? vnni_bounds_of(p->sum_lower, p->sum_upper, p->y_zero)
                                         : vnni_bounds_of(p->lower, p->upper, p->zero_point);
    bool plain = !p->has_residual && is_plain(p->has_small_scales, p->lower, p->upper, p->zero_point);
    return (vnni_layer){p, bounds, plain, (int64_t)p->windows.taps * ((p->windows.depth + 3) / 4 * 4) * SK_S8_WIDTH};
}

SK_INLINE vnni_block block_at(const vnni_layer *layer, int64_t g, int64_t index) {
    const sk_convolution *p = layer->p;
    int64_t in_group = (p->group_outputs + SK_S8_WIDTH - 1) / SK_S8_WIDTH, padded = (g * in_group + index) * SK_S8_WIDTH;
    int64_t packed = g * packed_outputs(p->group_outputs, SK_S8_WIDTH) + index * SK_S8_WIDTH;
    return (vnni_block){(const int8_t *)p->weights + packed * (layer->block_bytes / SK_S8_WIDTH),
                        (const int32_t *)p->bias + padded, p->scale + padded, p->group_outputs - index * SK_S8_WIDTH};
}

SK_INLINE vnni_block next_block(const vnni_layer *layer, vnni_block block) {
    return (vnni_block){block.weights + layer->block_bytes, block.bias + SK_S8_WIDTH, block.scale + SK_S8_WIDTH,
                        block.outputs - SK_S8_WIDTH};
}

/// Stores 64 bytes: two pixels of two vectors, or four of one, as many as there are; all `n` outputs of a `whole` block.
SK_INLINE void store_pixels(__m512i bytes, int8_t *y, int64_t stride, int64_t n, const int pixels, const int vectors,
                            const bool whole) {
    if (pixels * vectors == 4 && n == stride && n == vectors * SK_LANES) {
        _mm512_storeu_si512(y, bytes);
    } else if (vectors > 1) {
        __mmask32 mask = whole ? ~(__mmask32)0 : (__mmask32)first_bytes(n);
        _mm256_mask_storeu_epi8(y, mask, _mm512_castsi512_si256(bytes));
        if (pixels > 1) _mm256_mask_storeu_epi8(y + stride, mask, _mm512_extracti64x4_epi64(bytes, 1));
    } else if (pixels == 4 && n == stride && n == 8) {
        __m512i joined = _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 0, 2, 4, 6), bytes);
        _mm256_storeu_si256((__m256i *)y, _mm512_castsi512_si256(joined));
    } else {
        __mmask16 mask = whole ? (__mmask16)~0 : (__mmask16)first_bytes(n);
        _mm_mask_storeu_epi8(y, mask, _mm512_castsi512_si128(bytes));
        if (pixels > 1) _mm_mask_storeu_epi8(y + stride, mask, _mm512_extracti32x4_epi32(bytes, 1));
        if (pixels > 2) _mm_mask_storeu_epi8(y + 2 * stride, mask, _mm512_extracti32x4_epi32(bytes, 2));
        if (pixels > 3) _mm_mask_storeu_epi8(y + 3 * stride, mask, _mm512_extracti32x4_epi32(bytes, 3));
    }
}

/// Requantises and stores the sums of `rows` pixels, four vectors at a time; `b` is the residual at `y`. Most blocks are
/// `whole`, and `plain` and without residual.
SK_INLINE void finish_pixels(const vnni_layer *layer, const vnni_block *block, const __m512i sums[][2], int8_t *y,
                             const int8_t *b, int64_t n, const int rows, const int vectors, const bool plain,
                             const bool whole) {
    const sk_convolution *p = layer->p;
    const int together = 4 / vectors;
    __m512 scale[2] = {_mm512_loadu_ps(block->scale), _mm512_loadu_ps(block->scale + (vectors - 1) * SK_LANES)};
    SK_UNROLL
    for (int r = 0; r < rows; r += together) {
        const int pixels = rows - r < together ? rows - r : together;
        __m512i four[4];
        SK_UNROLL
        for (int i = 0; i < 4; i++) {
            int pixel = i / vectors < pixels ? i / vectors : pixels - 1, v = i % vectors;
            if (!plain && p->has_residual) {
                const int8_t *other = b + (r + pixel) * p->y_stride + v * SK_LANES;
                four[i] = with_residual(p, sums[r + pixel][v], scale[v], _mm_loadu_si128((const __m128i *)other));
            } else {
                four[i] = vnni_rescaled(sums[r + pixel][v], scale[v], plain);
            }
        }
        __m512i bytes = packed_bytes(four, &layer->bounds, plain);
        store_pixels(in_order(bytes), y + r * p->y_stride, p->y_stride, n, pixels, vectors, whole);
    }
}

SK_INLINE void finish_tile(const vnni_layer *layer, const vnni_block *block, const __m512i sums[][2], int8_t *y,
                           const int8_t *b, const int rows, const int vectors) {
    int64_t whole = vectors * SK_LANES, n = block->outputs < whole ? block->outputs : whole;
    if (!layer->is_plain) finish_pixels(layer, block, sums, y, b, n, rows, vectors, false, false);
    else if (n < whole) finish_pixels(layer, block, sums, y, b, n, rows, vectors, true, false);
    else finish_pixels(layer, block, sums, y, b, whole, rows, vectors, true, true);
}

// MARK: Tiles

/// Sums plus unsigned inputs times signed weights, four to a lane: what body_peak.h measures.
SK_INLINE vector_s32 s8_dot(vector_s32 sum, vector_s32 x, vector_s32 w) {
    return (vector_s32)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)x, (__m512i)w);
}

/// Four raised inputs, in every lane.
SK_INLINE __m512i four_inputs(const uint8_t *x) {
    int32_t four;
    memcpy(&four, x, 4);
    return _mm512_set1_epi32(four);
}

/// Eight raised inputs, in every pair of lanes.
SK_INLINE __m512i eight_inputs(const uint8_t *x) {
    int64_t eight;
    memcpy(&eight, x, 8);
    return _mm512_set1_epi64(eight);
}

/// Sums of sixteen outputs from those of pairs of lanes.
SK_INLINE __m512i joined_pairs(__m512i low, __m512i high) {
    const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    __m512i odd = _mm512_or_si512(even, _mm512_set1_epi32(1));
    return _mm512_add_epi32(_mm512_permutex2var_epi32(low, even, high), _mm512_permutex2var_epi32(low, odd, high));
}

/// `rows` pixels whose windows lie `step` bytes apart, times one block.
SK_INLINE void tile_vnni(const vnni_layer *layer, const vnni_block *block, const uint8_t *x, int64_t step, int8_t *y,
                         const int8_t *b, const int rows, const block_form form) {
    const sk_convolution *p = layer->p;
    const int8_t *w = block->weights;
    const bool two = form != HALF_BLOCK, pairs = form == BLOCK_IN_PAIRS;
    __m512i sums[SK_ROWS][2], bias = _mm512_loadu_si512(block->bias);
    SK_UNROLL
    for (int r = 0; r < rows; r++) {
        sums[r][0] = pairs ? _mm512_cvtepu32_epi64(_mm512_castsi512_si256(bias)) : bias;
        sums[r][1] = pairs ? _mm512_cvtepu32_epi64(_mm512_extracti64x4_epi64(bias, 1))
            : two          ? _mm512_loadu_si512(block->bias + SK_LANES)
                           : bias;
    }
#define STEP(at) \
    { \
        __m512i w0 = _mm512_loadu_si512(w), w1 = two ? _mm512_loadu_si512(w + 64) : w0; \
        w += two ? 128 : 64; \
        SK_UNROLL \
        for (int r = 0; r < rows; r++) { \
            const uint8_t *third = r < 3 ? x0 : r < 6 ? x3 : r < 9 ? x6 : x9, *from = third + r % 3 * step + (at); \
            __m512i inputs = pairs ? eight_inputs(from) : four_inputs(from); \
            sums[r][0] = _mm512_dpbusd_epi32(sums[r][0], inputs, w0); \
            if (two) sums[r][1] = _mm512_dpbusd_epi32(sums[r][1], inputs, w1); \
        } \
    }
    SK_FOR_WINDOWS(uint8_t, p, x, step, (pairs ? SK_S8_HALF_GROUP : SK_S8_GROUP), STEP)
#undef STEP
    if (pairs) {
        SK_UNROLL
        for (int r = 0; r < rows; r++) sums[r][0] = joined_pairs(sums[r][0], sums[r][1]);
    }
    finish_tile(layer, block, (const __m512i(*)[2])sums, y, b, rows, form == WHOLE_BLOCK ? 2 : 1);
}

SK_INLINE void tile_of_form(const vnni_layer *layer, const vnni_block *block, const uint8_t *x, int64_t step, int8_t *y,
                             const int8_t *b, int64_t rows, const block_form form) {
    switch (rows) {
#define TILE(count) case count: tile_vnni(layer, block, x, step, y, b, count, form); break;
    TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6) TILE(7) TILE(8) TILE(9) TILE(10) TILE(11) TILE(12)
#undef TILE
    }
}

/// The blocks that a part works on, and its scratch.
typedef struct {
    const vnni_layer *layer;
    const sk_step *step;
    uint8_t *scratch;
    vnni_block block;
    int64_t blocks, output;  // how many, and the first one's first output
} vnni_share;

/// `pixels` neighbouring pixels of one run from `x` on, in tiles of equal size; the first has number `pixel`.
static void run_of_pixels(const vnni_share *s, const uint8_t *x, int64_t pixel, int64_t pixels) {
    const sk_convolution *p = s->layer->p;
    int64_t tiles = (pixels + SK_ROWS - 1) / SK_ROWS, rows = pixels / tiles, longer = pixels % tiles;
    const int8_t *residual = p->has_residual ? s->step->b : s->step->y;
    for (int64_t tile = 0; tile < tiles; tile++) {
        int64_t n = rows + (tile < longer), step = p->windows.column_step, at = pixel * p->y_stride + s->output;
        const uint8_t *from = x;
        if (p->scratch_size) {
            if (step == p->windows.depth) raise_vectors((const int8_t *)x, s->scratch, n * step);
            else for (int64_t r = 0; r < n; r++)
                raise_vectors((const int8_t *)x + r * step, s->scratch + r * p->windows.depth, p->windows.depth);
            from = s->scratch;
            step = p->windows.depth;
        }
        vnni_block block = s->block;
        for (int64_t i = 0; i < s->blocks; i++, at += SK_S8_WIDTH, block = next_block(s->layer, block)) {
            int8_t *y = (int8_t *)s->step->y + at;
            if (block.outputs > SK_LANES) tile_of_form(s->layer, &block, from, step, y, residual + at, n, WHOLE_BLOCK);
            else if (p->windows.depth % SK_S8_HALF_GROUP)
                tile_of_form(s->layer, &block, from, step, y, residual + at, n, HALF_BLOCK);
            else tile_of_form(s->layer, &block, from, step, y, residual + at, n, BLOCK_IN_PAIRS);
        }
        x += n * p->windows.column_step;
        pixel += n;
    }
}

/// Pixels from `first` to `last`: one run where windows follow each other over all rows, else row by row.
static void runs_of_pixels(const vnni_share *s, const uint8_t *x, int64_t first, int64_t last) {
    const sk_convolution *p = s->layer->p;
    if (is_one_run(p)) return run_of_pixels(s, x + first * p->windows.column_step, first, last - first);
    window_walk walk = walk_from(p, first);
    for (int64_t pixel = first; pixel < last;) {
        int64_t pixels = p->windows.out_width - walk.x < last - pixel ? p->windows.out_width - walk.x : last - pixel;
        run_of_pixels(s, x + walk.image + walk.row + walk.column, pixel, pixels);
        pixel += pixels;
        walk_on(p, &walk, (int32_t)pixels);
    }
}

/// One pixel (a dense layer): several full blocks side by side hide the latency of the dot products.
SK_INLINE void strip_vnni(const vnni_share *s, const uint8_t *x, int64_t index, const int blocks) {
    const sk_convolution *p = s->layer->p;
    vnni_block block = block_at(s->layer, 0, index);
    int64_t output = index * SK_S8_WIDTH, stride = s->layer->block_bytes;
    const int8_t *w = block.weights, *residual = p->has_residual ? s->step->b : s->step->y;
    __m512i sums[4][1][2];
    SK_UNROLL
    for (int i = 0; i < blocks; i++) {
        sums[i][0][0] = _mm512_loadu_si512(block.bias + i * SK_S8_WIDTH);
        sums[i][0][1] = _mm512_loadu_si512(block.bias + i * SK_S8_WIDTH + SK_LANES);
    }
    for (int32_t t = 0; t < p->windows.taps; t++) {
        const uint8_t *from = x + p->windows.tap_offset[t], *end = from + p->windows.depth;
        for (; from < end; from += 4, w += 128) {
            __m512i four = four_inputs(from);
            SK_UNROLL
            for (int i = 0; i < blocks; i++) {
                const int8_t *at = w + i * stride;
                sums[i][0][0] = _mm512_dpbusd_epi32(sums[i][0][0], four, _mm512_loadu_si512(at));
                sums[i][0][1] = _mm512_dpbusd_epi32(sums[i][0][1], four, _mm512_loadu_si512(at + 64));
            }
        }
    }
    SK_UNROLL
    for (int i = 0; i < blocks; i++, block = next_block(s->layer, block)) {
        int64_t at = output + i * SK_S8_WIDTH;
        finish_tile(s->layer, &block, (const __m512i(*)[2])sums[i], (int8_t *)s->step->y + at, residual + at, 1, 2);
    }
}

/// A dense layer's full blocks from `block` to `end`; returns the first that is left.
static int64_t strips_vnni(const vnni_share *s, int64_t block, int64_t end) {
    const sk_convolution *p = s->layer->p;
    const uint8_t *x = s->step->a;
    if (p->scratch_size) {
        raise_vectors(s->step->a, s->scratch, p->windows.depth);
        x = s->scratch;
    }
    int64_t full = p->group_outputs / SK_S8_WIDTH;
    for (full = full < end ? full : end; block + 4 <= full; block += 4) strip_vnni(s, x, block, 4);
    for (; block + 2 <= full; block += 2) strip_vnni(s, x, block, 2);
    for (; block < full; block++) strip_vnni(s, x, block, 1);
    return block;
}

static sk_extent convolution_s8_reach(const void *params, int32_t part, int32_t parts) {
    const sk_convolution *p = params;
    return reach_of(p, share_of(p, run_unit(p, parts), blocks_of(p, SK_S8_WIDTH), part, parts));
}

static void convolution_s8(const sk_step *step, int32_t part, int32_t parts) {
    const sk_convolution *p = step->params;
    vnni_layer layer = vnni_layer_of(p);
    vnni_share own = {.layer = &layer, .step = step, .scratch = (uint8_t *)step->scratch + part * p->scratch_size};
    int64_t in_group = (p->group_outputs + SK_S8_WIDTH - 1) / SK_S8_WIDTH;
    convolution_share s = share_of(p, run_unit(p, parts), blocks_of(p, SK_S8_WIDTH), part, parts);
    if (s.is_single && p->groups == 1) s.block = strips_vnni(&own, s.block, s.last_block);
    for (int64_t g = s.block / in_group; s.block < s.last_block; g++) {
        int64_t end = (g + 1) * in_group < s.last_block ? (g + 1) * in_group : s.last_block, index = s.block - g * in_group;
        own.block = block_at(&layer, g, index);
        own.blocks = end - s.block;
        own.output = g * p->group_outputs + index * SK_S8_WIDTH;
        runs_of_pixels(&own, (const uint8_t *)step->a + g * p->group_inputs, s.first, s.last);
        s.block = end;
    }
}
