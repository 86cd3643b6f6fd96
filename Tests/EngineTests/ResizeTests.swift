import Engine
import Kernels
import ModelGraph
import Testing

/// Resizing against its definition (ONNX, Resize-13), position by position.
@Suite("Resizing equals its definition on every kernel set")
struct ResizeTests {
    static let sizes: [(from: Extent, to: Extent)] = [
        (Extent(4, 5), Extent(8, 10)), (Extent(7, 3), Extent(3, 9)), (Extent(1, 6), Extent(4, 1)),
        (Extent(9, 8), Extent(4, 5)),
    ]
    static let coordinates: [Resizing.Coordinates] = [
        .halfPixel, .alignCorners, .asymmetric, .pytorchHalfPixel,
    ]

    private func position(_ index: Int, _ input: Int, _ output: Int, _ rule: Resizing.Coordinates) -> Double {
        let x = Double(index), ratio = Double(output) / Double(input)
        switch rule {
        case .halfPixel: return (x + 0.5) / ratio - 0.5
        case .pytorchHalfPixel: return output == 1 ? 0 : (x + 0.5) / ratio - 0.5
        case .asymmetric: return x / ratio
        case .halfPixelSymmetric: return (x + 0.5) / ratio - 0.5
        case .alignCorners, .alignCornersStep:
            return output == 1 ? 0 : x * Double(input - 1) / Double(output - 1)
        case .halfPixelStep: return (x + 0.5) / ratio - 0.5
        case .asymmetricStep: return x / ratio
        }
    }

    private func run(_ resizing: Resizing, _ input: Shape, _ image: [Float], _ kernels: KernelSet) throws
        -> [Float]
    {
        var builder = GraphBuilder(name: "resize")
        let x = builder.input("x", ValueType(input))
        let worker = Worker(try Plan(try builder.graph(ending: .resize(resizing), to: [x]), kernels: kernels))
        worker.setInput(0, floats: image.span)
        worker.run()
        return worker.output(0)
    }

    @Test("bilinear", arguments: coordinates, KernelSet.available)
    func linear(rule: Resizing.Coordinates, kernels: KernelSet) throws {
        for (from, to) in Self.sizes {
            let input: Shape = [2, from.height, from.width, 3], output: Shape = [2, to.height, to.width, 3]
            let image = Numbers.random(input.elementCount, seed: 11)
            let result = try run(Resizing(to: to, mode: .linear, coordinates: rule), input, image, kernels)
            for (a, at) in zip(result, output.indices) {
                let y = min(max(position(at[1], from.height, to.height, rule), 0), Double(from.height - 1))
                let x = min(max(position(at[2], from.width, to.width, rule), 0), Double(from.width - 1))
                var expected = 0.0
                for row in 0..<from.height {
                    for column in 0..<from.width {
                        // The tent of bilinear interpolation around the position.
                        let weight = max(0, 1 - abs(y - Double(row))) * max(0, 1 - abs(x - Double(column)))
                        expected += weight * Double(image[input.offset([at[0], row, column, at[3]])])
                    }
                }
                #expect(abs(Double(a) - expected) < 1e-5)
            }
        }
    }

    @Test(
        "nearest", arguments: coordinates,
        [.floor, .ceiling, .preferFloor, .preferCeiling] as [Resizing.Rounding])
    func nearest(rule: Resizing.Coordinates, rounding: Resizing.Rounding) throws {
        func nearest(_ position: Double, _ extent: Int) -> Int {
            let below = Int(position.rounded(.down)), fraction = position - position.rounded(.down)
            let rounded =
                switch rounding {
                case .floor: below
                case .ceiling: fraction > 0 ? below + 1 : below
                case .preferFloor: fraction > 0.5 ? below + 1 : below
                case .preferCeiling: fraction >= 0.5 ? below + 1 : below
                }
            return min(max(rounded, 0), extent - 1)
        }
        for (from, to) in Self.sizes {
            let input: Shape = [1, from.height, from.width, 2], output: Shape = [1, to.height, to.width, 2]
            let image = Numbers.random(input.elementCount, seed: 12)
            let resizing = Resizing(to: to, mode: .nearest, coordinates: rule, rounding: rounding)
            let expected = output.indices.map { at in
                let row = nearest(position(at[1], from.height, to.height, rule), from.height)
                let column = nearest(position(at[2], from.width, to.width, rule), from.width)
                return image[input.offset([0, row, column, at[3]])]
            }
            for kernels in KernelSet.available {
                #expect(try run(resizing, input, image, kernels) == expected)
            }
        }
    }
}
