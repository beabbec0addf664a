"""PyTorch's side of bench/engines/run.mjs: the same networks, channels first as PyTorch has them."""
import json, resource, sys, time

import numpy as np
import torch
from torch import nn

nets = json.load(open(sys.argv[1]))
warming = 2


class Net(nn.Module):
    """Built on its first batch, when shapes are known."""

    def __init__(self, net):
        super().__init__()
        self.spec, self.parts = [], nn.ModuleList()
        for layer in net["layers"]:
            kind, config = (layer, {}) if isinstance(layer, str) else next(iter(layer.items()))
            self.spec.append((kind, config))
            stride, size = config.get("strides", 1), config.get("kernelSize", 1)
            bias = config.get("useBias", True)
            pad = size // 2 if config.get("padding") == "same" else 0
            self.parts.append({
                "conv2d": lambda: nn.LazyConv2d(config["filters"], size, stride, pad, bias=bias),
                "depthwiseConv2d": lambda: None,
                "dense": lambda: nn.LazyLinear(config["units"]),
                "maxPooling2d": lambda: nn.MaxPool2d(2),
                "flatten": lambda: nn.Flatten(),
                "batchNormalization": lambda: nn.LazyBatchNorm2d(),
                "lstm": lambda: nn.LSTM(net["input"][-1], config["units"], batch_first=True),
                "gru": lambda: nn.GRU(net["input"][-1], config["units"], batch_first=True),
                "simpleRNN": lambda: nn.RNN(net["input"][-1], config["units"], batch_first=True),
            }.get(kind, lambda: nn.Identity())() or nn.Identity())

    def forward(self, x):
        known = {"input": x}
        for at, (kind, config) in enumerate(self.spec):
            source = config.get("from")
            given = x if source is None else [known[s] for s in source] if isinstance(source, list) else known[source]
            if kind == "depthwiseConv2d" and isinstance(self.parts[at], nn.Identity):
                channels = given.shape[1]
                self.parts[at] = nn.Conv2d(channels, channels, config["kernelSize"], config.get("strides", 1),
                                           config["kernelSize"] // 2, groups=channels, bias=False)
            if kind == "add":
                x = given[0] + given[1]
            elif kind == "globalAveragePooling2d":
                x = given.mean((2, 3))
            elif kind in ("lstm", "gru", "simpleRNN"):
                x = self.parts[at](given)[0][:, -1]
            else:
                x = self.parts[at](given)
            activation = config.get("activation")
            if activation == "relu":
                x = torch.relu(x)
            elif activation == "relu6":
                x = nn.functional.relu6(x)
            if "name" in config:
                known[config["name"]] = x
        return x


made = {}


def net_of(name, x):
    if name not in made:
        net = Net(nets[name])
        net(x)
        made[name] = (net, torch.optim.Adam(net.parameters(), 0.001))
    return made[name]


def answer(said):
    print(json.dumps(said), flush=True)


answer({"ready": torch.__version__})
entropy = nn.CrossEntropyLoss()
for line in sys.stdin:
    asked = json.loads(line)
    try:
        generator = np.random.default_rng(2)
        shape = nets[asked["net"]]["input"]
        shape = [shape[2], shape[0], shape[1]] if len(shape) == 3 else shape
        values = generator.random([asked["batch"], *shape], dtype=np.float32)
        labels = generator.integers(0, 10, asked["batch"])
        net, optimizer = net_of(asked["net"], torch.from_numpy(values))
        net.train(asked["what"] == "train")
        times = []
        for _ in range(warming + asked["count"]):
            began = time.perf_counter()
            x, y = torch.from_numpy(values.copy()), torch.from_numpy(labels)
            if asked["what"] == "train":
                output = net(x)
                loss = entropy(output, y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                loss.item(), output.detach().numpy()
            else:
                with torch.no_grad():
                    torch.softmax(net(x), 1).numpy()
            times.append((time.perf_counter() - began) * 1000)
        answer({"ms": times[warming:], "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024})
    except Exception as error:  # said, not thrown: the other networks go on
        answer({"error": str(error)})
