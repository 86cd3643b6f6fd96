import ModelGraph

/// A window that moves along one axis of the input.
struct AxisWindow {
    var kernel = 1
    var stride = 1
    var dilation = 1
    /// Positions added in front of the input and behind it.
    var before = 0
    var after = 0
    /// How many of `after` only rounding the number of windows up added.
    var added = 0

    /// The windows of a node, one for each axis of `input`.
    static func all(
        _ call: Call, kernel: [Int], input: [Int], roundsUp: Bool = false
    ) throws(ONNXProblem) -> [AxisWindow] {
        let axes = input.count
        let strides = call.integers("strides") ?? [Int](repeating: 1, count: axes)
        let dilations = call.integers("dilations") ?? [Int](repeating: 1, count: axes)
        let shape = call.integers("kernel_shape") ?? kernel
        let explicit = call.integers("pads") ?? [Int](repeating: 0, count: 2 * axes)
        let limit = 1 << 31
        guard shape == kernel, kernel.count == axes, strides.count == axes, dilations.count == axes,
            explicit.count == 2 * axes,
            (kernel + strides + dilations).allSatisfy({ $0 > 0 && $0 < limit }),
            explicit.allSatisfy({ $0 >= 0 && $0 < limit })
        else { throw call.fault("kernel_shape, strides, dilations or pads do not fit its input") }
        let mode = call.text("auto_pad", default: "NOTSET")
        guard ["NOTSET", "", "VALID", "SAME_UPPER", "SAME_LOWER"].contains(mode) else {
            throw call.fault("has the auto_pad '\(mode.shortened)'")
        }
        return (0..<axes).map { axis in
            var window = AxisWindow(
                kernel: kernel[axis], stride: strides[axis], dilation: dilations[axis],
                before: explicit[axis], after: explicit[axis + axes])
            if mode == "VALID" { (window.before, window.after) = (0, 0) }
            if mode.hasPrefix("SAME") {
                window.keepSize(of: input[axis], putsMoreBehind: mode == "SAME_UPPER")
            } else if roundsUp {
                window.roundUp(input[axis])
            }
            return window
        }
    }

    /// Positions from the first to the last element that one window reads.
    private var extent: Int { (kernel - 1) * dilation + 1 }

    private mutating func keepSize(of size: Int, putsMoreBehind: Bool) {
        let outputs = (size + stride - 1) / stride
        let total = max((outputs - 1) * stride + extent - size, 0)
        before = putsMoreBehind ? total / 2 : total - total / 2
        after = total - before
    }

    /// Pads behind the end as rounding the number of windows up needs; a window begins inside the input or its first padding.
    private mutating func roundUp(_ size: Int) {
        let padded = size + before + after
        guard padded >= extent else { return }
        var windows = (padded - extent + stride - 1) / stride + 1
        if (windows - 1) * stride >= size + before { windows -= 1 }
        added = max((windows - 1) * stride + extent - padded, 0)
        after += added
    }
}

/// A window that moves over an image; over a signal, it has one row.
struct PlaneWindow {
    let rows, columns: AxisWindow

    /// From the windows of one or two axes.
    init(_ axes: [AxisWindow]) {
        columns = axes.last ?? AxisWindow()
        rows = axes.count == 2 ? axes[0] : AxisWindow()
    }

    var kernel: Extent { Extent(rows.kernel, columns.kernel) }
    var stride: Extent { Extent(rows.stride, columns.stride) }
    var dilation: Extent { Extent(rows.dilation, columns.dilation) }
    var padding: EdgePadding {
        EdgePadding(top: rows.before, bottom: rows.after, left: columns.before, right: columns.after)
    }
    /// What rounding up added alone, and the padding without it.
    var addedPadding: EdgePadding {
        EdgePadding(top: 0, bottom: rows.added, left: 0, right: columns.added)
    }
    var ownPadding: Padding {
        Padding(
            before: [0, rows.before, columns.before, 0],
            after: [0, rows.after - rows.added, columns.after - columns.added, 0])
    }
}
