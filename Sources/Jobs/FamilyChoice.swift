import Candidates
import Datasets
import Devices
import Quantities

/// The space of a job that names none.
struct FamilyChoice {
    /// A shipped space.
    let space: String
    /// One sentence for people.
    let why: String

    /// What suits data and devices; arrays are looked at where their kind does not say enough.
    init(_ source: SampleSource, profiles: [DeviceProfile]) throws(DatasetError) {
        let isSmall = !profiles.isEmpty && profiles.allSatisfy { $0.kind == .microcontroller }
        let (space, reason) = try FamilyChoice.family(source, isSmall: isSmall)
        self.space = space
        why = "space: \(space), for \(reason)"
    }

    private static func family(
        _ source: SampleSource, isSmall: Bool
    ) throws(DatasetError) -> (String, String) {
        if source.goal.task == .anomaly {
            return ("autoencoder", "anomalies are what a narrow code does not bring back")
        }
        let colour =
            isSmall
            ? ("mcu-image", "all devices are microcontrollers")
            : ("mobile-image", "the data are colour pictures")
        switch source.request.source {
        case .digits, .idx: return ("tiny-image", "the data are small pictures")
        case .cifar10: return colour
        case .imageFolder:
            return source.request.pictures.colour == .grey
                ? ("tiny-image", "the data are grey pictures") : colour
        case .wavFolder: return ("ds-cnn-audio", "the data are recordings")
        case .csv where source.request.table.window != nil:
            return ("sensor-1d", "samples are windows of rows")
        case .csv, .npz:
            var shape = [1, 1, 1]
            if let given = source.request.table.shape {
                shape = given
            } else if source.request.source == .npz {
                shape = try Dataset(source.request).sampleShape
            }
            if shape[0] == 1, shape[1] == 1 { return ("mlp", "samples are rows of numbers") }
            if shape[1] == 1 { return ("sensor-1d", "samples are sequences of \(shape[0]) steps") }
            return shape[2] == 1 ? ("tiny-image", "the data are small pictures") : colour
        case .table: return ("nas-bench-201", "the job is a table of measurements")
        }
    }
}
