import Foundation
import ModelGraph

/// Resampling that the graph has no operation for (cubic, with antialias, of a cut-out, along any axis): along each axis every result is
/// a fixed mixture of elements, so it is a product with a constant matrix.
extension Translator {
    /// Resizes by one matrix for each axis that changes; `scales` are the ratios of extents that the model means.
    mutating func resample(
        _ call: Call, to sizes: [Int], scales: [Float]?, rounding: Resizing.Rounding
    ) throws(ONNXProblem) {
        let (input, integer) = try real(0, of: call)
        let regions = try regions(call, rank: input.rank)
        let source = freshName("\(call.output)/real")
        known[source] = .computed(input)
        var axes: [(axis: Int, resampling: AxisResampling)] = []
        for axis in input.shape.indices {
            let ratio = Double(sizes[axis]) / Double(input.shape[axis])
            let resampling = AxisResampling(
                kind: try kind(call),
                coordinates: call.text("coordinate_transformation_mode", default: "half_pixel"),
                scale: scales.map { Double($0[axis]) } ?? ratio, input: input.shape[axis],
                output: sizes[axis],
                region: regions[axis], cubic: Double(call.float("cubic_coeff_a", default: -0.75)),
                leavesOutOutside: call.flag("exclude_outside"), isSmoothed: call.flag("antialias"),
                rounding: rounding)
            let isSame = sizes[axis] == input.shape[axis] && resampling.scale == 1
            if !isSame || regions[axis] != (0, 1) { axes.append((axis, resampling)) }
        }
        try composed { (translator) throws(ONNXProblem) in
            var value = source
            for (axis, resampling) in axes {
                value = try translator.resampled(value, axis, resampling, of: call)
            }
            guard let integer, let type = ElementType(integer) else {
                return try translator.identity(value, of: call)
            }
            let whole = try translator.step("Round", [value], of: call)
            _ = try translator.step(
                "Cast", [whole], of: call, as: call.output, attributes: [.init("to", Int(type.rawValue))])
        }
    }

    private func kind(_ call: Call) throws(ONNXProblem) -> AxisResampling.Kind {
        switch call.text("mode", default: "nearest") {
        case "nearest": return .nearest
        case "linear", "bilinear": return .linear
        case "cubic": return .cubic
        case let mode:
            throw call.unsupported("it resizes by '\(mode.shortened)'; use nearest, linear or cubic")
        }
    }

    /// The part of each axis that is resampled, as shares of its extent; all of it where the model names none.
    private func regions(_ call: Call, rank: Int) throws(ONNXProblem) -> [(Double, Double)] {
        var regions = [(Double, Double)](repeating: (0, 1), count: rank)
        guard call.text("coordinate_transformation_mode", default: "") == "tf_crop_and_resize" else {
            return regions
        }
        guard let bounds = try optionalConstant(1, of: call)?.floats else {
            throw call.fault("cuts out a region, but names none")
        }
        let axes = try call.integers("axes").map { (axes) throws(ONNXProblem) in
            try axes.map { (axis) throws(ONNXProblem) in try call.axis(axis, rank: rank) }
        }
        let named = axes ?? Array(0..<rank)
        guard bounds.count == 2 * named.count, bounds.allSatisfy(\.isFinite) else {
            throw call.fault("\(bounds.count) bounds do not fit \(named.count) axes")
        }
        for (index, axis) in named.enumerated() {
            regions[axis] = (Double(bounds[index]), Double(bounds[index + named.count]))
        }
        return regions
    }

    /// One axis: the axis turned to the end, a product, and back; positions outside the input become the model's number.
    private mutating func resampled(
        _ name: String, _ axis: Int, _ resampling: AxisResampling, of call: Call
    ) throws(ONNXProblem) -> String {
        let rank = try shape(of: name, call).count
        try reserve([resampling.input, resampling.output], call)
        let order = (0..<rank).filter { $0 != axis } + [axis]
        let turn: [ProtoAttribute] = [.init("perm", order)]
        let turned = try step("Transpose", [name], of: call, attributes: turn)
        let matrix = number("weights", resampling.matrix, of: call)
        var result = try step("MatMul", [turned, matrix], of: call)
        let filler = call.float("extrapolation_value", default: 0)
        let outside = (0..<resampling.output).map { resampling.isOutside($0) ? filler : 0 }
        if outside.contains(where: { $0 != 0 }) {
            let added = number("outside", Tensor([resampling.output], outside), of: call)
            result = try step("Add", [result, added], of: call)
        }
        let back = (0..<rank).map { $0 < axis ? $0 : $0 == axis ? rank - 1 : $0 - 1 }
        return try step("Transpose", [result], of: call, attributes: [.init("perm", back)])
    }
}

/// How the elements along one axis mix into those of the result (ONNX's Resize).
struct AxisResampling {
    enum Kind { case nearest, linear, cubic }
    let kind: Kind
    /// ONNX's name for how output positions map to input positions.
    let coordinates: String
    /// Extent of the result over that of the input, as the model means it.
    let scale: Double
    let input, output: Int
    /// Start and end of the part that is resampled, as shares of the extent.
    let region: (start: Double, end: Double)
    /// The cubic kernel's parameter, −0.75 or −0.5 as a rule.
    let cubic: Double
    /// Weights of elements outside the input are left out and the rest scaled, instead of repeating the edge.
    let leavesOutOutside: Bool
    /// The kernel grows with the input's extent where the axis shrinks (antialias).
    let isSmoothed: Bool
    let rounding: Resizing.Rounding

    /// [input, output]: column o holds the weights of output o.
    var matrix: Tensor {
        var values = [Float](repeating: 0, count: input * output)
        for place in 0..<output where !isOutside(place) {
            for (index, weight) in weights(at: position(place)) {
                values[index * output + place] += Float(weight)
            }
        }
        return Tensor([input, output], values)
    }

    /// Whether a cut-out asks for what lies outside the input.
    func isOutside(_ place: Int) -> Bool {
        guard coordinates == "tf_crop_and_resize" else { return false }
        let position = position(place)
        return position < 0 || position > Double(input - 1)
    }

    private func position(_ place: Int) -> Double {
        let (y, size, extent) = (Double(place), Double(input), scale * Double(input))
        switch coordinates {
        case "align_corners": return extent == 1 ? 0 : y * (size - 1) / (extent - 1)
        case "asymmetric": return y / scale
        case "tf_crop_and_resize":
            let width = region.end - region.start
            let start = region.start * (size - 1)
            return start + (extent == 1 ? width * (size - 1) / 2 : y * width * (size - 1) / (extent - 1))
        case "pytorch_half_pixel": return extent == 1 ? -0.5 : (y + 0.5) / scale - 0.5
        case "half_pixel_symmetric":
            return size / 2 * (1 - Double(output) / extent) + (y + 0.5) / scale - 0.5
        default: return (y + 0.5) / scale - 0.5
        }
    }

    /// Elements and their weights, the edge repeated where the kernel reaches beyond it.
    private func weights(at x: Double) -> [(Int, Double)] {
        guard kind != .nearest else { return [(min(max(nearest(x), 0), input - 1), 1)] }
        let stretch = isSmoothed ? max(1 / scale, 1) : 1
        let reach = (kind == .cubic ? 2 : 1) * stretch
        let first = Int((x - reach).rounded(.down)), last = Int((x + reach).rounded(.up))
        var taps = (first...last).map { ($0, kernel((Double($0) - x) / stretch)) }
        if leavesOutOutside { taps.removeAll { $0.0 < 0 || $0.0 >= input } }
        let sum = taps.reduce(0) { $0 + $1.1 }
        guard sum != 0 else { return [] }
        return taps.map { (min(max($0.0, 0), input - 1), $0.1 / sum) }
    }

    private func nearest(_ x: Double) -> Int {
        switch rounding {
        case .floor: Int(x.rounded(.down))
        case .ceiling: Int(x.rounded(.up))
        case .preferFloor: Int((x - 0.5).rounded(.up))
        case .preferCeiling: Int((x + 0.5).rounded(.down))
        }
    }

    /// A triangle, or Keys' cubic convolution (1981).
    private func kernel(_ distance: Double) -> Double {
        let x = abs(distance), a = cubic
        guard kind == .cubic else { return max(0, 1 - x) }
        if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
    }
}
