#ifndef SWIFTLET_OPENBLAS_SHIM_H
#define SWIFTLET_OPENBLAS_SHIM_H

#include <cblas.h>

/* Debian's OpenBLAS holds LAPACK, but its development package declares none of it. Integers are `blasint` (32 bits), matrices are
   column-major, and every argument is passed by address, as Fortran does. */

/* Factors a symmetric positive definite matrix: A = U'U or LL'. */
void dpotrf_(const char *uplo, const blasint *n, double *a, const blasint *lda, blasint *info);

/* The inverse of a matrix from the factor that dpotrf_ found, in its place. */
void dpotri_(const char *uplo, const blasint *n, double *a, const blasint *lda, blasint *info);

#endif
