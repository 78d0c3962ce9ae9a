#include <torch/extension.h>

torch::Tensor scale(const torch::Tensor &input, double factor) { return input * factor; }

PYBIND11_MODULE(TORCH_EXTENSION_NAME, m) {
    m.def("scale", &scale, "Multiplies a tensor by a number");
}
