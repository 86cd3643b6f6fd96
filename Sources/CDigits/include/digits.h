#ifndef SWIFTLET_DIGITS_H
#define SWIFTLET_DIGITS_H

#include <stddef.h>

/// 1,797 handwritten digits of 8 × 8 pixels (values 0 to 16) as a gzip file of 65 bytes a digit: 64 pixels, row by row,
/// then the class 0 to 9.
///
/// UCI Machine Learning Repository, Optical Recognition of Handwritten Digits (test part), E. Alpaydin and C. Kaynak,
/// as packaged in scikit-learn; CC BY 4.0. Made by scripts/embed-digits from digits.csv.gz.
extern const unsigned char *const _Nonnull swiftlet_digits;

/// How many bytes `swiftlet_digits` holds.
extern const size_t swiftlet_digits_size;

#endif
