from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CppExtension

setup(
    ext_modules=[CppExtension("torch_extension._kernels", ["kernels/scale.cpp"])],
    cmdclass={"build_ext": BuildExtension},
)
