// The kernels in vectors of four that every processor of the last twenty years has: the reference for the others.
#define LANES 4
#define TILE_ROWS 4
#define KERNELS_NAME "portable"
#include "train_template.h"

const TrainKernels *train_portable_kernels(void) { return &table; }
