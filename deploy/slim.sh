#!/bin/sh
# Remove from an environment what a running bot never opens: slim.sh ENVIRONMENT
set -eu

cd "$1"/lib/python3*/site-packages

# Headers, build files and test programs of torch; the one program that it asks for stays.
rm -rf torch/include torch/share torch/test torch/lib/*.a caffe2
find torch/bin -type f -not -name torch_shm_manager -delete
# Test suites, of which numpy's, matplotlib's and sympy's are the large ones; torch.testing and
# numpy.testing are imported by their packages and stay.
find . -type d \( -name tests -o -name test \) \
  -not -path './torch/*' -not -path './numpy/*' -prune -exec rm -rf {} +
find ./numpy -type d -name tests -prune -exec rm -rf {} +
# Type information, sources of extensions, bytecode that is made anew where it helps.
find . -type f \( -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.h' -o -name '*.hpp' \
  -o -name '*.cpp' -o -name '*.c' \) -delete
find . -type d -name __pycache__ -prune -exec rm -rf {} +
rm -rf matplotlib/mpl-data/sample_data
