"""Trains a small network on handwritten digits in PyTorch and exports it to ONNX, as a model to compress.

    python3 -m venv venv && venv/bin/pip install torch onnx --extra-index-url https://download.pytorch.org/whl/cpu
    venv/bin/python scripts/export_from_pytorch.py --output jobs/digits-cnn.onnx
    swiftlet search jobs/compress-existing.yaml

What matters for a model of your own: export it in inference mode with float32 weights, name in the job what its input
was normalised by (`dataset.preprocessing`), and keep the classes in the order of the data's labels.
"""
import argparse
import gzip
import pathlib
import re

import torch
from torch import nn

DIGITS = pathlib.Path(__file__).parent.parent / "Sources" / "CDigits"


def digits():
    """The 1,797 digits inside Swiftlet: images [N, 1, 8, 8] of 0 to 16, and labels."""
    numbers = re.findall(r"0x[0-9a-f]{1,2}|\b\d{1,3}\b", array_text())
    rows = gzip.decompress(bytes(int(number, 0) for number in numbers))
    table = torch.frombuffer(bytearray(rows), dtype=torch.uint8).reshape(-1, 65)
    return table[:, :64].reshape(-1, 1, 8, 8).float(), table[:, 64].long()


def array_text():
    """What stands between the braces of the C array."""
    source = next(path for path in sorted(DIGITS.glob("*.c")) if "{" in path.read_text())
    text = source.read_text()
    return text[text.index("{") + 1:text.rindex("}")]


def network():
    def block(inputs, outputs, stride):
        return [nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
    return nn.Sequential(
        *block(1, 16, 1), *block(16, 32, 2), *block(32, 32, 1), nn.AvgPool2d(4), nn.Flatten(),
        nn.Linear(32, 10), nn.Softmax(1))


def train(model, images, labels, epochs):
    optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    for _ in range(epochs):
        for batch in torch.randperm(len(images)).split(64):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model[:-1](images[batch]), labels[batch]).backward()
            optimizer.step()
        schedule.step()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", default="jobs/digits-cnn.onnx")
    parser.add_argument("--epochs", type=int, default=15)
    arguments = parser.parse_args()
    torch.manual_seed(1)
    images, labels = digits()
    images = (images - 8) / 8  # the job's preprocessing: offsets 8, scales 0.125
    held_out = torch.arange(len(images)) % 4 == 0
    model = network()
    train(model, images[~held_out], labels[~held_out], arguments.epochs)
    model.eval()
    with torch.no_grad():
        right = (model(images[held_out]).argmax(1) == labels[held_out]).float().mean()
    print(f"right on {right:.1%} of the digits held out")
    torch.onnx.export(
        model, images[:1], arguments.output, input_names=["image"], output_names=["probabilities"],
        dynamic_axes={"image": {0: "batch"}, "probabilities": {0: "batch"}}, dynamo=False)


if __name__ == "__main__":
    main()
