#define HEAP_ENTRY    16
#define HEAP_HOLE     1
#define HEAP_PREFETCH 0
#include "bench/queues/heap4.h"
#include "bench/queues/hold_loop.h"

BENCH_QUEUE_DEFINE(heap4_entry16_hole, SIZE_MAX);
