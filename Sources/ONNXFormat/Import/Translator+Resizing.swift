import ModelGraph

extension Translator {
    mutating func resize(_ call: Call) throws(ONNXProblem) {
        let (input, integer) = try real(0, of: call)
        let goal = try resizeGoal(call, input)
        let rank = input.rank
        guard isPlainResize(call, input, goal) else {
            return try resample(
                call, to: goal.sizes, scales: goal.scales, rounding: try rounding(call, goal))
        }
        let spatial = try asImage(input, call)
        let isSignal = rank == 3
        var resizing = Resizing(
            to: Extent(isSignal ? 1 : goal.sizes[2], goal.sizes[rank - 1]), mode: try resizeMode(call),
            coordinates: try coordinates(call, input, goal), rounding: try rounding(call, goal))
        resizing.scaleHeight = isSignal ? nil : goal.scales.map { $0[2] }
        resizing.scaleWidth = goal.scales.map { $0[rank - 1] }
        try setResult(call, integer) { [resizing] (translator, name) throws(ONNXProblem) in
            let id = try translator.apply(
                .resize(resizing), [try translator.image(spatial, call)], call, name: name)
            return translator.imageView(id, rank: rank)
        }
    }

    /// Whether this is nearest or linear resampling of height and width, which the graph has an operation for.
    private func isPlainResize(_ call: Call, _ input: View, _ goal: Goal) -> Bool {
        guard call.type == "Resize", operatorSet >= 11 else { return true }
        let mode = call.text("mode", default: "nearest")
        let coordinates = call.text("coordinate_transformation_mode", default: "half_pixel")
        // ONNX counts corners of the scaled extent, also where that is no integer.
        let cutsCorners =
            mode != "nearest" && coordinates == "align_corners" && !goal.isExact(for: input.shape)
        return (3...4).contains(input.rank) && goal.sizes[0] == input.shape[0]
            && goal.sizes[1] == input.shape[1] && mode != "cubic" && !call.flag("antialias")
            && coordinates != "tf_crop_and_resize" && !cutsCorners
    }

    private func resizeMode(_ call: Call) throws(ONNXProblem) -> Resizing.Mode {
        switch call.text("mode", default: "nearest") {
        case "nearest": return .nearest
        case "linear", "bilinear": return .linear
        case let mode: throw call.unsupported("it resizes by '\(mode.shortened)'; use nearest or linear")
        }
    }

    private func coordinates(_ call: Call, _ input: View, _ goal: Goal) throws(ONNXProblem)
        -> Resizing.Coordinates
    {
        guard call.type == "Resize", operatorSet >= 11 else { return .asymmetric }
        switch call.text("coordinate_transformation_mode", default: "half_pixel") {
        case "half_pixel": return .halfPixel
        case "align_corners": return .alignCorners
        case "asymmetric": return .asymmetric
        case "pytorch_half_pixel": return .pytorchHalfPixel
        case "tf_half_pixel_for_nn" where call.text("nearest_mode", default: "") == "floor":
            return .halfPixelStep
        case "half_pixel_symmetric":
            return goal.isExact(for: input.shape) ? .halfPixel : .halfPixelSymmetric
        case let mode:
            throw call.unsupported(
                "it maps coordinates by '\(mode.shortened)'; use half_pixel, half_pixel_symmetric, pytorch_half_pixel, align_corners or asymmetric"
            )
        }
    }

    private func rounding(_ call: Call, _ goal: Goal) throws(ONNXProblem) -> Resizing.Rounding {
        guard call.type == "Resize", operatorSet >= 11 else { return try oldRounding(call, goal) }
        if call.text("coordinate_transformation_mode", default: "") == "tf_half_pixel_for_nn" {
            return .preferCeiling
        }
        switch call.text("nearest_mode", default: "round_prefer_floor") {
        case "round_prefer_floor": return .preferFloor
        case "round_prefer_ceil": return .preferCeiling
        case "floor": return .floor
        case "ceil": return .ceiling
        case let mode: throw call.fault("has the nearest_mode '\(mode.shortened)'")
        }
    }

    /// Before operator set 11, ONNX Runtime rounds down where it enlarges and up where it reduces.
    private func oldRounding(_ call: Call, _ goal: Goal) throws(ONNXProblem) -> Resizing.Rounding {
        let scales = goal.scales ?? []
        guard scales.contains(where: { $0 < 1 }) else { return .floor }
        guard !scales.contains(where: { $0 > 1 }) else {
            throw call.unsupported(
                "it enlarges one axis and reduces another; export it with opset_version=11")
        }
        return .ceiling
    }

    /// The result's extents, and the scales where the model states them.
    private struct Goal {
        var sizes: [Int]
        var scales: [Float]?

        /// Whether every extent is the input's times its scale, without a fraction.
        func isExact(for shape: [Int]) -> Bool {
            guard let scales else { return true }
            return sizes.indices.allSatisfy { Float(shape[$0]) * scales[$0] == Float(sizes[$0]) }
        }
    }

    private func resizeGoal(_ call: Call, _ input: View) throws(ONNXProblem) -> Goal {
        let shape = input.shape
        let axes: [Int]
        if let named = call.integers("axes") {
            var found: [Int] = []
            for axis in named { found.append(try call.axis(axis, rank: shape.count)) }
            axes = found
        } else {
            axes = Array(shape.indices)
        }
        if let scales = try statedScales(call), !scales.isEmpty {
            guard scales.count == axes.count, scales.allSatisfy({ $0 > 0 && $0.isFinite }) else {
                throw call.fault(
                    "\(scales.count) scales do not fit \(axes.count) axes, or one is not positive")
            }
            var (sizes, all) = (shape, [Float](repeating: 1, count: shape.count))
            for (axis, scale) in zip(axes, scales) {
                let size = (Float(shape[axis]) * scale).rounded(.down)
                guard size >= 1, size < 0x1p31 else {
                    throw call.fault("scale \(scale) gives the extent \(size)")
                }
                (sizes[axis], all[axis]) = (Int(size), scale)
            }
            return Goal(sizes: sizes, scales: all)
        }
        guard let wanted = try optionalIntegers(3, of: call), wanted.count == axes.count,
            wanted.allSatisfy({ $0 > 0 && $0 < 1 << 31 })
        else { throw call.fault("needs scales or positive sizes, one for each axis") }
        return try sized(call, shape, axes, wanted)
    }

    private func sized(
        _ call: Call, _ shape: [Int], _ axes: [Int], _ wanted: [Int]
    ) throws(ONNXProblem) -> Goal {
        let policy = call.text("keep_aspect_ratio_policy", default: "stretch")
        let ratios = zip(axes, wanted).map { Float($1) / Float(shape[$0]) }
        var sizes = shape
        guard policy != "stretch", let least = ratios.min(), let most = ratios.max() else {
            for (axis, size) in zip(axes, wanted) { sizes[axis] = size }
            return Goal(sizes: sizes, scales: nil)
        }
        let scale = policy == "not_larger" ? least : most
        var scales = [Float](repeating: 1, count: shape.count)
        for axis in axes {
            let size = (Float(shape[axis]) * scale + 0.5).rounded(.down)
            guard size < 0x1p31 else { throw call.fault("gives the extent \(size)") }
            sizes[axis] = max(Int(size), 1)
            scales[axis] = scale
        }
        return Goal(sizes: sizes, scales: scales)
    }

    private func statedScales(_ call: Call) throws(ONNXProblem) -> [Float]? {
        if let scales = call.floats("scales") { return scales }
        let index = call.type == "Upsample" || operatorSet < 11 ? 1 : 2
        guard let tensor = try optionalConstant(index, of: call) else { return nil }
        guard tensor.shape.elementCount <= 32 else { throw call.fault("has scales for more than 32 axes") }
        return tensor.floats
    }
}
