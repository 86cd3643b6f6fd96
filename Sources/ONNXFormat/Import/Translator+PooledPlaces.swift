import ModelGraph

/// The second result of MaxPool: where in the flattened input each maximum stands.
extension Translator {
    /// Windows of more elements than this are refused.
    private static let mostTaps = 64

    /// The windows' elements are compared one after the other, so that the first of equal ones wins.
    mutating func pooledPlaces(
        _ call: Call, _ windows: [AxisWindow], outputs: [Int], as name: String
    ) throws(ONNXProblem) {
        let extents = try shape(of: call.named(0), call), axes = Array(2..<extents.count)
        guard windows.reduce(1, { $0 * $1.kernel }) <= Translator.mostTaps,
            Shape(extents).elementCount < 1 << 24
        else {
            throw call.unsupported(
                "its places are computed for windows of at most \(Translator.mostTaps) elements in at most 2²⁴"
            )
        }
        let places = spatialPlaces(Array(extents[2...]), byColumns: call.flag("storage_order"))
        try composed { (translator) throws(ONNXProblem) in
            let source = try translator.paddedForPlaces(call, windows, axes)
            var (best, found): (String?, String?) = (nil, nil)
            for tap in Tensor.positions(
                windows.map(\.kernel), offset: 0, strides: Shape(windows.map(\.kernel)).strides)
            {
                let offsets = windows.offsets(ofTap: tap)
                let bounds = zip(offsets, zip(windows, outputs)).map { offset, axis in
                    offset + (axis.1 - 1) * axis.0.stride + 1
                }
                let parts = [offsets, bounds, axes, windows.map(\.stride)].map {
                    translator.axesTensor($0, "tap", of: call)
                }
                let value = try translator.step("Slice", [source] + parts, of: call)
                let place = try translator.number(
                    "places", windows.places(places, Array(extents[2...]), outputs, offsets, call), of: call)
                guard let known = best, let other = found else {
                    let zero = translator.number("zero", Tensor([], [0]), of: call)
                    let none = try translator.step("Mul", [value, zero], of: call)
                    (best, found) = (value, try translator.step("Add", [none, place], of: call))
                    continue
                }
                let isLarger = try translator.step("Greater", [value, known], of: call)
                found = try translator.step("Where", [isLarger, place, other], of: call)
                best = try translator.step("Max", [value, known], of: call)
            }
            let planes = Shape(Array(extents[..<2])), size = extents[2...].reduce(1, *)
            let bases = (0..<planes.elementCount).map { Float($0 * size) }
            let ones = [Int](repeating: 1, count: axes.count)
            let base = translator.number("bases", Tensor(Shape(extents[..<2] + ones), bases), of: call)
            let all = try translator.step("Add", [found ?? "", base], of: call)
            _ = try translator.step("Cast", [all], of: call, as: name, attributes: [.init("to", 7)])
        }
    }

    /// The number of each position of a plane, row by row or column by column.
    private func spatialPlaces(_ extents: [Int], byColumns: Bool) -> [Int] {
        guard byColumns else { return Array(0..<extents.reduce(1, *)) }
        var strides = [Int](repeating: 1, count: extents.count)
        for axis in extents.indices.dropFirst() { strides[axis] = strides[axis - 1] * extents[axis - 1] }
        return Tensor.positions(extents, offset: 0, strides: strides)
    }

    /// The input with the least number around it.
    private mutating func paddedForPlaces(
        _ call: Call, _ windows: [AxisWindow], _ axes: [Int]
    ) throws(ONNXProblem) -> String {
        guard windows.contains(where: { $0.before + $0.after > 0 }) else {
            return try step("Cast", [call.named(0)], of: call, attributes: [.init("to", 1)])
        }
        let real = try step("Cast", [call.named(0)], of: call, attributes: [.init("to", 1)])
        let amounts = [0, 0] + windows.map(\.before) + [0, 0] + windows.map(\.after)
        let least = number("least", Tensor([], [-Float.greatestFiniteMagnitude]), of: call)
        return try step("Pad", [real, axesTensor(amounts, "padding", of: call), least], of: call)
    }
}

extension [AxisWindow] {
    /// Where a window's element, counted row by row, lies behind the window's start along each axis.
    fileprivate func offsets(ofTap tap: Int) -> [Int] {
        var rest = tap
        return reversed().map { window in
            let (quotient, own) = rest.quotientAndRemainder(dividingBy: window.kernel)
            rest = quotient
            return own * window.dilation
        }.reversed()
    }

    /// The numbers of the positions that this element of every window reads [1, 1, outputs…]; 0 where it reads padding.
    fileprivate func places(
        _ numbers: [Int], _ extents: [Int], _ outputs: [Int], _ offsets: [Int], _ call: Call
    ) throws(ONNXProblem) -> Tensor {
        var positions = [0]
        for axis in indices {
            let window = self[axis]
            positions = positions.flatMap { outer in
                (0..<outputs[axis]).map { output in
                    let place = output * window.stride + offsets[axis] - window.before
                    let isInside = outer >= 0 && place >= 0 && place < extents[axis]
                    return isInside ? outer * extents[axis] + place : -1
                }
            }
        }
        return Tensor(Shape([1, 1] + outputs), positions.map { $0 < 0 ? 0 : Float(numbers[$0]) })
    }
}
